import type { ContentId } from '../protocol/contentId.ts';
import { SynclineError } from '../protocol/errors.ts';

/**
 * The uploads of one session that have been announced and have not ended, so that a commit sent right behind them can wait
 * for the contents it names, and for no others.
 */
export class UploadsUnderWay {
  readonly #uploads = new Map<string, Set<Promise<unknown>>>();

  /** Notes an upload before anything else of the session is looked at; passes its outcome on. */
  async track<T>(share: string, contents: readonly { content: ContentId }[], upload: Promise<T>): Promise<T> {
    const keys = contents.map(({ content }) => `${share} ${content}`);
    for (const key of keys) {
      const uploads = this.#uploads.get(key);
      if (uploads) uploads.add(upload);
      else this.#uploads.set(key, new Set([upload]));
    }
    try {
      return await upload;
    } finally {
      for (const key of keys) {
        const uploads = this.#uploads.get(key);
        uploads?.delete(upload);
        if (uploads?.size === 0) this.#uploads.delete(key);
      }
    }
  }

  /** Resolves when the uploads of these contents have ended, well or not. */
  async ended(share: string, contents: Iterable<ContentId>, signal: AbortSignal): Promise<void> {
    const uploads = new Set<Promise<unknown>>();
    for (const content of contents)
      for (const each of this.#uploads.get(`${share} ${content}`) ?? []) uploads.add(each);
    if (uploads.size === 0) return;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => {
      reject(signal.reason instanceof SynclineError ? signal.reason : new SynclineError('Cancelled'));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([Promise.allSettled(uploads), aborted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}
