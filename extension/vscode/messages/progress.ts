import * as vscode from 'vscode';
import { sizeText } from '../files/sizeText.ts';

/** What a long task tells about itself. `total` may grow while the task finds out what there is to do. */
export interface TaskProgress {
  bytes(done: number, total: number): void;
  say(text: string): void;
}

/** Runs a task behind a notification with a Cancel button; cancelling aborts its signal. */
export async function withProgress<T>(
  title: string,
  task: (signal: AbortSignal, progress: TaskProgress) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (report, cancellation) => {
      cancellation.onCancellationRequested(() => controller.abort());
      let percent = 0;
      return task(controller.signal, {
        say: (message) => report.report({ message }),
        bytes: (done, total) => {
          const now = total === 0 ? 0 : Math.min(100, (done / total) * 100);
          report.report({ message: `${sizeText(done)} of ${sizeText(total)}`, increment: Math.max(0, now - percent) });
          percent = Math.max(percent, now);
        },
      });
    },
  );
}
