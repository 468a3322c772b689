import * as l10n from '@vscode/l10n';
import type { SyncProgress } from '../../sync/plan.ts';
import { countText } from '../files/sizeText.ts';
import type { TaskProgress } from '../messages/progress.ts';

export function showSyncProgress(now: SyncProgress, progress: TaskProgress): void {
  if (now.phase === 'looking') progress.say(l10n.t('looking at {0}', countText(now.entries, 'file')));
  else if (now.bytesTotal > 0) progress.bytes(now.bytesDone, now.bytesTotal);
  else if (now.phase === 'downloading') progress.say(l10n.t('downloading {0} of {1}', now.done, now.total));
  else progress.say(l10n.t('uploading {0} of {1}', now.done, now.total));
}
