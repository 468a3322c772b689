import { closeSync, constants, openSync } from 'node:fs';
import { type ContentId, EMPTY_CONTENT } from '../../protocol/contentId.ts';
import { createExclusive } from '../../protocol/disk/atomicFile.ts';
import type { ContentSources } from './contentSources.ts';
import { copyContent } from './copyContent.ts';
import { removeLeftover } from './removeLeftover.ts';
import type { StagedFile, Staging } from './staging.ts';

/**
 * Gives each put a file of its own with the content it names: the staged one, or a copy of whatever holds the content. A file
 * that is in the share already is never given, because two paths must not be one file.
 *
 * Lives as long as one group of commits.
 */
export class ContentSupply {
  readonly #staging: Staging;
  readonly #sources: ContentSources;
  readonly #copies = new Map<ContentId, StagedFile[]>();
  readonly #taken: ContentId[] = [];

  constructor(staging: Staging, sources: ContentSources) {
    this.#staging = staging;
    this.#sources = sources;
  }

  /** Copies what several puts, or puts of contents that nobody uploaded, are going to need. A content not found is left out. */
  async prepare(needs: ReadonlyMap<ContentId, number>): Promise<void> {
    for (const [content, count] of needs) {
      const copies: StagedFile[] = [];
      for (let i = this.#staging.has(content) ? 1 : 0; i < count; i++) {
        const copy = await this.#copy(content);
        if (copy === null) break;
        copies.push(copy);
      }
      if (copies.length > 0) this.#copies.set(content, copies);
    }
  }

  /** Null when nothing holds the content any more. The file is durable and belongs to the caller. Rejects as the disk does. */
  async take(content: ContentId): Promise<StagedFile | null> {
    const file = this.#copies.get(content)?.pop() ?? this.#takeStaged(content) ?? (await this.#copy(content));
    await file?.synced;
    return file;
  }

  /** Takes a file back that was not used. */
  giveBack(file: StagedFile): void {
    this.#staging.putBack(file);
  }

  /** What is left over goes; a content that was uploaded stays staged. */
  close(): void {
    for (const copies of this.#copies.values()) for (const { file } of copies) removeLeftover(file);
    this.#copies.clear();
    for (const content of this.#taken) this.#staging.free(content);
  }

  #takeStaged(content: ContentId): StagedFile | undefined {
    const staged = this.#staging.take(content);
    if (staged) this.#taken.push(content);
    return staged;
  }

  async #copy(content: ContentId): Promise<StagedFile | null> {
    const target = this.#staging.temporary();
    if (content === EMPTY_CONTENT) return this.#staging.sync(content, target, 0, createExclusive(target));
    for (const source of this.#open(content)) {
      try {
        const written = await copyContent(source, content, target);
        if (written) return this.#staging.sync(content, target, written.size, written.descriptor);
      } catch (error) {
        removeLeftover(target);
        throw error;
      }
      removeLeftover(target);
    }
    return null;
  }

  *#open(content: ContentId): Generator<number> {
    const staged = this.#staging.get(content);
    if (staged) {
      const descriptor = openSync(staged.file, constants.O_RDONLY);
      try {
        yield descriptor;
      } finally {
        closeSync(descriptor);
      }
    }
    yield* this.#sources.open(content);
  }
}
