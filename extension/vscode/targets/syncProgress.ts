import type { SyncProgress } from '../../sync/plan.ts';
import { countText } from '../files/sizeText.ts';
import type { TaskProgress } from '../messages/progress.ts';

export function showSyncProgress(now: SyncProgress, progress: TaskProgress): void {
  if (now.phase === 'looking') progress.say(`looking at ${countText(now.entries, 'file')}`);
  else if (now.bytesTotal > 0) progress.bytes(now.bytesDone, now.bytesTotal);
  else progress.say(`${now.phase} ${now.done} of ${now.total}`);
}
