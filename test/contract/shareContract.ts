import type { TestContext } from 'node:test';
import type { Share } from '../../server/store/share.ts';
import { catalogue as commits } from './shareCommits.ts';
import { catalogue as contents } from './shareContents.ts';
import { catalogue as feed } from './shareFeed.ts';
import { catalogue as history } from './shareHistory.ts';
import { test } from 'node:test';

/** A share that a test may change and reopen; whatever it needs goes when the test ends. */
export interface ShareUnderTest {
  readonly share: Share;
  /** Closes the share and opens it again, as a restart of the server does. */
  reopen(): Promise<Share>;
}

export type OpenShare = (t: TestContext) => Promise<ShareUnderTest>;

/** What a caller may rely on, by title. */
export type Catalogue = Readonly<Record<string, (under: ShareUnderTest, t: TestContext) => Promise<void>>>;

/** Runs everything that holds for any implementation of `Share`. */
export function shareContract(implementation: string, open: OpenShare): void {
  for (const catalogue of [commits, contents, feed, history])
    for (const [title, check] of Object.entries(catalogue))
      test(`${implementation}: ${title}`, async (t) => check(await open(t), t));
}
