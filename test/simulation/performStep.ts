import { history, restore } from '../../server/protocol/messages/files.ts';
import type { Step } from './step.ts';
import type { SimulatedClient } from './simulatedClient.ts';
import type { ClientWire } from './clientWire.ts';
import type { World } from './world.ts';

/** Together with the folder they are more than a tree has that is deleted without a question. */
const MANY = 24;

/** Lets one step happen to the world, now. */
export function performStep(world: World, step: Step): void {
  switch (step.do) {
    case 'write':
      return write(world, step);
    case 'ignore':
      return void world.write(world.machine(step.at), step.path, `${step.rules.join('\n')}\n`, 'inPlace');
    case 'fill':
      for (let n = 0; n < MANY; n++)
        world.write(world.machine(step.at), `${step.path}/${n}`, world.newText(false), 'inPlace');
      return;
    case 'vanish':
      return world.person(step.at).removeAll();
    case 'copy':
      return void world.person(step.at).copy(step.path, step.to);
    case 'rename':
      return void world.person(step.at).rename(step.path, step.to);
    case 'remove':
      return void world.person(step.at).remove(step.path);
    case 'makeFolder':
      return void world.person(step.at).makeFolder(step.path);
    case 'toggleExecutable':
      return void world.person(step.at).toggleExecutable(step.path);
    case 'link':
      return void world.person(step.at).link(step.path, step.target);
    case 'restore':
      return asClient(world, step.at, 'restores a version', (client) => restoreSome(client, step.choice));
    case 'resolve':
      return asClient(world, step.at, 'resolves a conflict', (client) => resolveSome(client, step.choice));
    case 'cut':
      return cut(world, step);
    case 'hold':
      return hold(world, step);
    case 'duplicate':
      return void (wireOf(world, step.at).duplicatesNextCommit = true);
    case 'faults':
      return faults(world, step);
    case 'deaf':
      return world.deafen(step.at, step.ms);
    case 'crash':
      return world.crash(step.at, step.calls, step.cut, step.downMs);
    case 'loseBase':
      return world.loseBase(step.at);
    case 'clock':
      return void (world.machine(step.at).clockOffMs += step.hours * 3_600_000);
  }
}

function write(world: World, { at, path, how, large }: Extract<Step, { do: 'write' }>): void {
  const machine = world.machine(at);
  const isDone = world.write(machine, path, world.newText(large === true), how === 'inPlace' ? 'inPlace' : 'replace');
  if (!isDone || how !== 'save' || at === 'server') return;
  asClient(world, at, 'is told of a save', async ({ target, root }) => target?.notifySaved(`${root}/${path}`));
}

/** What a client's own program is asked to do; that it cannot is part of life. */
function asClient(world: World, at: number, what: string, work: (client: SimulatedClient) => Promise<unknown>): void {
  const client = world.clients[at] as SimulatedClient;
  const { program } = client.machine;
  if (program?.alive !== true || !client.target) return;
  const told = (outcome: string): void => world.trace.add(`  ${program.name}: ${what}: ${outcome}`);
  world.scheduler.after(
    0,
    what,
    () =>
      void work(client).then(
        () => told('done'),
        (error: unknown) => told(String(error)),
      ),
    program,
  );
}

async function restoreSome({ connection, mode }: SimulatedClient, choice: number): Promise<void> {
  const client = connection?.current;
  if (!client || mode === 'pull') return;
  const { versions } = await client.request(history, { share: 'files', below: true });
  const version = versions[choice % Math.max(1, versions.length)];
  if (version) await client.request(restore, { share: 'files', path: version.path, rev: version.rev, expect: null });
}

/** As the mode has it: a person may decide otherwise, but then the direction is theirs. */
async function resolveSome({ target, mode }: SimulatedClient, choice: number): Promise<void> {
  const conflicts = target?.conflicts() ?? [];
  const conflict = conflicts[choice % Math.max(1, conflicts.length)];
  const choices =
    mode === 'two-way' ? (['mine', 'theirs', 'both'] as const) : ([mode === 'pull' ? 'theirs' : 'mine'] as const);
  const how = choices[choice % choices.length] ?? 'mine';
  if (conflict) await target?.resolve(conflict.path, how);
}

function cut(world: World, { at, loses, hearsAfterMs }: Extract<Step, { do: 'cut' }>): void {
  const links = (world.clients[at] as SimulatedClient).links;
  links?.[0].cut(
    () => loses,
    (end) => (end === links[0] ? 1000 : hearsAfterMs * 1000),
  );
}

function hold(world: World, { at, ms }: Extract<Step, { do: 'hold' }>): void {
  wireOf(world, at).heldUntil = world.scheduler.now + ms * 1000;
}

function faults(world: World, { at, ms, failing, short, codes }: Extract<Step, { do: 'faults' }>): void {
  const machine = world.machine(at);
  const faulty = { failing, short, codes };
  machine.faults = faulty;
  world.scheduler.after(
    ms * 1000,
    `${machine.name} is sound again`,
    () => {
      if (machine.faults === faulty) machine.faults = { failing: 0, short: 0, codes: [] };
    },
    null,
  );
}

const wireOf = (world: World, at: number): ClientWire => (world.clients[at] as SimulatedClient).wire as ClientWire;
