import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { Moment } from '../../connect/remoteFiles.ts';
import { carryOut } from '../../connect/undo/carryOut.ts';
import { brakeOnRestore } from '../../connect/undo/planRestore.ts';
import { type PreparedRestore, prepareRestore } from '../../connect/undo/prepareRestore.ts';
import { readMoment } from '../../connect/undo/readMoment.ts';
import { restoreDetail } from '../files/pointText.ts';
import type { Tool, ToolPlace, ToolWorld } from './tool.ts';

export interface RestoreInput {
  readonly place?: string;
  readonly path: string;
  /** A revision, a time, or how long ago. */
  readonly asOf: string;
}

/** Problems that are told one by one. */
const MOST_TOLD = 20;

/** Makes a file or a folder of the server what it was; what is there now stays in the history. */
export const restore = (world: ToolWorld): Tool<RestoreInput> => ({
  doing: ({ path }) => `Restoring ${path} on the server`,

  async question(input, signal) {
    const place = await world.place(input.place);
    const { plan } = await prepare(place, input, signal);
    const title = `Restore “${printable(input.path)}” on ${place.address} as of ${printable(input.asOf)}?`;
    return { title, detail: restoreDetail(plan) };
  },

  async run(input, signal) {
    const place = await world.place(input.place);
    const { plan, present, state } = await prepare(place, input, signal);
    const brake = brakeOnRestore(plan, present);
    if (brake !== null)
      throw new SynclineError('BrakeStopped', `${brake} A person has to do that, with “Syncline: Restore As It Was…”.`);
    if (plan.operations.length === 0) return 'It is as it was then; nothing was changed.';
    const { done, before, problems } = await carryOut(place.files, plan.operations, { signal });
    const told = problems.slice(0, MOST_TOLD).map(({ path, message }) => `${printable(path)}: ${message}`);
    const lost = plan.lost.length > 0 ? [`${plan.lost.length} are not in the history any more and stay as now.`] : [];
    const undo = before === null ? [] : [`To undo this, restore as of revision ${before}.`];
    const head = `${done.length} of ${plan.operations.length} changes made, as of revision ${state.rev}.`;
    return [head, ...lost, ...told, ...undo].join('\n');
  },
});

function prepare({ files }: ToolPlace, { path, asOf }: RestoreInput, signal: AbortSignal): Promise<PreparedRestore> {
  return prepareRestore(files, files.resolveBelow(path), momentOf(asOf), { signal });
}

function momentOf(text: string): Moment {
  const moment = readMoment(text);
  if (moment) return moment;
  throw new SynclineError('Usage', `“${printable(text)}” is no revision and no time.`);
}
