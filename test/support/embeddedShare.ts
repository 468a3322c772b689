import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Log } from '../../server/log.ts';
import { EmbeddedShare, type EmbeddedShareOptions } from '../../server/store/embedded/embeddedShare.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** Collects what is said at level warn and error, so that a test can expect it, or that nothing is said. */
export class TestLog implements Log {
  readonly messages: string[] = [];

  debug(): void {}
  info(): void {}

  warn(_data: object, message: string): void {
    this.messages.push(message);
  }

  error(_data: object, message: string): void {
    this.messages.push(message);
  }
}

export interface OpenedShare {
  readonly share: EmbeddedShare;
  readonly directory: string;
  readonly log: TestLog;
  reopen(options?: Partial<EmbeddedShareOptions>): Promise<EmbeddedShare>;
}

/** A share in a folder of the test's own; `prepare` fills the folder first. Nothing but the watcher looks at it unasked. */
export async function openShare(
  t: TestContext,
  options: Partial<EmbeddedShareOptions> & { prepare?: (directory: string) => void } = {},
): Promise<OpenedShare> {
  const directory = options.directory ?? join(temporaryFolder(t), 'share');
  mkdirSync(directory, { recursive: true });
  options.prepare?.(directory);
  const log = new TestLog();
  const opened: EmbeddedShare[] = [];
  t.after(async () => {
    for (const share of opened) await share.close();
  });
  const open = async (more: Partial<EmbeddedShareOptions> = {}): Promise<EmbeddedShare> => {
    const share = await EmbeddedShare.open({ name: 'test', directory, log, rescanMs: 3_600_000, ...options, ...more });
    opened.push(share);
    return share;
  };
  const share = await open();
  return {
    share,
    directory,
    log,
    async reopen(more) {
      await opened.at(-1)?.close();
      return open(more);
    },
  };
}
