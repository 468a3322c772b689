import type { PowerCut } from './disk/virtualDisk.ts';

/** Who acts on files: a person at a client (its number), or another program in the server's folder. */
export type Where = number | 'server';

/** One thing that happens to the world. A step that is not possible when its time comes does nothing. */
export type Step =
  | {
      readonly do: 'write';
      readonly at: Where;
      readonly path: string;
      readonly how: 'inPlace' | 'replace' | 'save';
      readonly large?: true;
    }
  | { readonly do: 'copy' | 'rename'; readonly at: Where; readonly path: string; readonly to: string }
  | { readonly do: 'remove' | 'makeFolder' | 'toggleExecutable'; readonly at: Where; readonly path: string }
  /** Many files at once, in a folder of their own. */
  | { readonly do: 'fill'; readonly at: Where; readonly path: string }
  /** Everything is gone, as from a disk that is not mounted. */
  | { readonly do: 'vanish'; readonly at: Where }
  | { readonly do: 'link'; readonly at: Where; readonly path: string; readonly target: string }
  | { readonly do: 'ignore'; readonly at: Where; readonly path: string; readonly rules: readonly string[] }
  | { readonly do: 'restore' | 'resolve'; readonly at: number; readonly choice: number }
  | { readonly do: 'cut'; readonly at: number; readonly loses: boolean; readonly hearsAfterMs: number }
  | { readonly do: 'hold'; readonly at: number; readonly ms: number }
  | { readonly do: 'duplicate'; readonly at: number }
  | {
      readonly do: 'faults';
      readonly at: Where;
      readonly ms: number;
      readonly failing: number;
      readonly short: number;
      readonly codes: readonly string[];
    }
  | { readonly do: 'deaf'; readonly at: Where; readonly ms: number }
  | {
      readonly do: 'crash';
      readonly at: Where;
      /** `answer`: right after the next answer to a commit. */
      readonly calls: number | 'answer';
      readonly cut: PowerCut;
      readonly downMs: number;
    }
  | { readonly do: 'loseBase'; readonly at: number }
  | { readonly do: 'clock'; readonly at: Where; readonly hours: number };

export interface TimedStep {
  /** After the step before, milliseconds. */
  readonly afterMs: number;
  readonly step: Step;
}

/** One line. */
export function describeStep({ afterMs, step }: TimedStep): string {
  const { do: what, at, ...rest } = step;
  const where = at === 'server' ? 'server' : `client ${at}`;
  const details = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [`+${afterMs}ms`, where, what, ...details].join(' ');
}
