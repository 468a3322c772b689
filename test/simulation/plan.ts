import type { Mode } from '../../extension/sync/reconcile/mode.ts';
import type { PowerCut } from './disk/virtualDisk.ts';
import { Random } from './random.ts';
import type { Step, TimedStep, Where } from './step.ts';

/** Everything that decides about a history: the same plan takes the same course. */
export interface HistoryPlan {
  /** Of the scheduler, of faults and of delays. */
  readonly seed: number;
  /** One client for each. */
  readonly modes: readonly Mode[];
  /** Lines of the ignore file that all sides have from the start; null: none has one. */
  readonly rules: readonly string[] | null;
  readonly steps: readonly TimedStep[];
}

const FILES = ['a', 'b', 'A', 'c.txt', 'd/a', 'd/b', 'd/e/a', 'e/a', 'e/b', 'e/d/a', 'f/x', 'D/a'];
const FOLDERS = ['d', 'e', 'd/e', 'e/d', 'f', 'D', 'g', 'h'];
const IGNORED = ['x.ign', 'd/y.ign', 'e/z.ign', '.git/config'];
const RULES = [
  ['*.ign'],
  ['*.ign', 'b'],
  ['*.ign', '/d/e/'],
  ['*.ign', 'f/'],
  ['*.ign', '*.txt', '!c.txt'],
  ['*.ign', 'e'],
];

/** Draws a history from a seed alone. `clients`: so many, instead of what the seed says. */
export function planHistory(seed: number, clients?: number): HistoryPlan {
  const random = new Random(seed, 'plan');
  const count =
    clients ??
    random.weighted([
      [5, 1],
      [4, 2],
      [1, 3],
    ] as const);
  const modes = drawModes(random, count);
  const hazards = random.weighted([
    [2, 0],
    [4, 0.15],
    [3, 0.35],
  ] as const);
  const outsider = random.chance(0.6);
  const editsRules = random.chance(0.25);
  const length = 6 + random.below(24);
  const steps: TimedStep[] = [];
  const add = (afterMs: number, step: Step): void => void steps.push({ afterMs, step });
  const rules = random.chance(0.9) ? ['*.ign'] : null;
  for (let n = 0; n < length; n++) {
    const at: Where = outsider && random.chance(0.35) ? 'server' : random.below(count);
    const step = random.chance(hazards) ? hazard(random, count) : edit(random, at, editsRules);
    add(pause(random), step);
    // nobody types so fast, but programs do
    if (step.do === 'write' && random.chance(0.2)) add(random.below(6), step);
  }
  return { seed, modes, rules, steps };
}

function drawModes(random: Random, count: number): Mode[] {
  if (random.chance(0.7)) return Array.from({ length: count }, () => 'two-way' as const);
  const first = random.pick(['two-way', 'push', 'pull', 'mirror'] as const);
  const others = first === 'mirror' ? (['pull'] as const) : (['two-way', 'pull', 'push'] as const);
  return Array.from({ length: count }, (_, n) => (n === 0 ? first : random.pick(others)));
}

const pause = (random: Random): number =>
  random.weighted([
    [4, random.below(5)],
    [4, random.below(60)],
    [3, random.below(400)],
    [3, random.below(3_000)],
    [0.4, random.below(15_000)],
  ]);

function edit(random: Random, at: Where, editsRules: boolean): Step {
  const file = random.pick(FILES);
  const any = random.chance(0.5) ? file : random.pick(FOLDERS);
  const other = random.chance(0.5) ? random.pick(FILES) : random.pick(FOLDERS);
  const client = typeof at === 'number' ? at : 0;
  const how = random.weighted([
    [3, 'inPlace'],
    [3, 'replace'],
    [at === 'server' ? 0 : 3, 'save'],
  ] as const);
  return random.weighted<Step>([
    [12, { do: 'write', at, path: file, how, ...(random.chance(0.01) && { large: true }) }],
    [1.5, { do: 'write', at, path: random.pick(IGNORED), how: 'inPlace' }],
    [1, { do: 'write', at, path: random.pick(FOLDERS), how: 'inPlace' }],
    [2, { do: 'copy', at, path: file, to: random.pick(FILES) }],
    [6, { do: 'rename', at, path: any, to: other }],
    [1, { do: 'rename', at, path: random.pick(['a', 'A', 'd', 'D']), to: random.pick(['a', 'A', 'd', 'D']) }],
    [4, { do: 'remove', at, path: any }],
    [2, { do: 'makeFolder', at, path: random.chance(0.8) ? random.pick(FOLDERS) : file }],
    [1, { do: 'toggleExecutable', at, path: file }],
    [1, { do: 'link', at, path: any, target: random.pick(['a', 'b', 'd', '../a', 'e/a', 'nowhere']) }],
    [
      editsRules ? 3 : 0,
      { do: 'ignore', at, path: random.pick(['.gitignore', 'd/.gitignore']), rules: random.pick(RULES) },
    ],
    [0.3, { do: 'fill', at, path: 'h' }],
    [0.2, { do: 'vanish', at }],
    [1, { do: 'restore', at: client, choice: random.below(20) }],
    [1, { do: 'resolve', at: client, choice: random.below(30) }],
  ]);
}

function hazard(random: Random, clients: number): Step {
  const client = random.below(clients);
  const at: Where = random.chance(0.5) ? 'server' : client;
  const cut: PowerCut = random.pick(['kill', 'nothing', 'prefix']);
  const codes = random.pick([
    ['EIO'],
    ['ENOSPC'],
    ['EACCES'],
    ['EMFILE'],
    ['EBUSY'],
    ['EIO', 'ENOSPC', 'EACCES', 'EMFILE', 'EBUSY'],
  ]);
  return random.weighted<Step>([
    [3, { do: 'cut', at: client, loses: random.chance(0.5), hearsAfterMs: random.below(3_000) }],
    [2, { do: 'hold', at: client, ms: random.pick([50, 500, 3_000, 30_000]) }],
    [1, { do: 'duplicate', at: client }],
    [
      3,
      {
        do: 'faults',
        at,
        ms: random.pick([20, 300, 4_000]),
        failing: random.pick([0.01, 0.05, 0.3]),
        short: random.pick([0, 0.2]),
        codes,
      },
    ],
    [1, { do: 'deaf', at, ms: random.pick([100, 5_000]) }],
    [
      5,
      {
        do: 'crash',
        at,
        calls: random.weighted([
          [1, 0],
          [4, random.below(60)],
          [3, random.below(400)],
        ]),
        cut,
        downMs: random.pick([10, 500, 20_000]),
      },
    ],
    [1.5, { do: 'crash', at: 'server', calls: 'answer', cut, downMs: random.pick([10, 500]) }],
    [0.5, { do: 'loseBase', at: client }],
    [0.7, { do: 'clock', at, hours: random.pick([-5, -1, 1, 7]) }],
  ]);
}
