import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import { resultOf } from '../../jobs/jobClient.ts';
import { MOST_TEXT, type Tool, type ToolWorld } from './tool.ts';

export interface RunJobInput {
  readonly place?: string;
  readonly operation: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** How long a model is kept waiting; the job goes on, milliseconds. */
const PATIENCE_MS = 60_000;
/** Of the parameters in the question, characters. */
const MOST_SHOWN = 500;

/** Runs one of the server's operations and gives what it gave. */
export const runJob = (world: ToolWorld, patienceMs = PATIENCE_MS): Tool<RunJobInput> => ({
  doing: ({ operation }) => `Running ${operation} on the server`,

  async question({ place, operation, params }) {
    const { address } = await world.place(place);
    const text = printable(JSON.stringify(params));
    const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
    return { title: `Run “${printable(operation)}” on ${address}?`, detail: `With ${shown}` };
  },

  async run({ place, operation, params }, signal) {
    const { jobs, mayRun } = await world.place(place);
    const known = await jobs.operations({ signal });
    if (!known.some(({ name }) => name === operation)) {
      const list = known.map(({ name, summary }) => `${name}: ${summary}`).join('\n');
      throw new SynclineError(
        'UnknownOperation',
        `There is no operation “${printable(operation)}”. There are:\n${list}`,
      );
    }
    await mayRun(params);
    const { id } = await jobs.submit(operation, params, { signal });
    const patience = AbortSignal.timeout(patienceMs);
    try {
      const text = JSON.stringify(resultOf(await jobs.result(id, { signal: AbortSignal.any([signal, patience]) })));
      return text.length <= MOST_TEXT
        ? text
        : `${text.slice(0, MOST_TEXT)}… (the whole of it is the result of job ${id})`;
    } catch (error) {
      if (signal.aborted || !patience.aborted) throw error;
      return `The job ${id} is still running; “Syncline: Show Job Result” shows what it gives.`;
    }
  },
});
