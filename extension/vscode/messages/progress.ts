import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { TransferRate } from './transferRate.ts';

/** What a long task tells about itself. `total` may grow while the task finds out what there is to do. */
export interface TaskProgress {
  bytes(done: number, total: number): void;
  say(text: string): void;
}

/**
 * Runs a task behind a notification with a Cancel button, which aborts its signal. `onCancelled` is told when that is how the
 * task ended, which is not so when a question in the middle was turned down.
 */
export async function withProgress<T>(
  title: string,
  task: (signal: AbortSignal, progress: TaskProgress) => Promise<T>,
  onCancelled?: () => void,
): Promise<T> {
  const controller = new AbortController();
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (report, cancellation) => {
      cancellation.onCancellationRequested(() => controller.abort());
      let percent = 0;
      const rate = new TransferRate();
      const progress: TaskProgress = {
        say: (message) => report.report({ message }),
        bytes: (done, total) => {
          const now = total === 0 ? 0 : Math.min(100, (done / total) * 100);
          const message = rate.text(done, total, performance.now());
          report.report({ message, increment: Math.max(0, now - percent) });
          percent = Math.max(percent, now);
        },
      };
      try {
        return await task(controller.signal, progress);
      } catch (error) {
        if (controller.signal.aborted && SynclineError.from(error).code === 'Cancelled') onCancelled?.();
        throw error;
      }
    },
  );
}
