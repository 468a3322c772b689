import { closeSync } from 'node:fs';
import { ContentHasher } from '../../../protocol/contentId.ts';
import { createExclusive, writeFully } from '../../../protocol/disk/atomicFile.ts';
import type { FileOutcome } from '../../operation.ts';

const BUFFER_BYTES = 1024 * 1024;

/** Writes lines as {@link readLines} gives them into a new file, each with a line feed, and tells what the file holds then. */
export class LineWriter {
  readonly #descriptor: number;
  readonly #hasher = new ContentHasher();
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #filled = 0;
  #size = 0;
  #lines = 0;

  constructor(file: string) {
    this.#descriptor = createExclusive(file);
  }

  write(line: string): void {
    this.#lines++;
    if (line.length + 1 > BUFFER_BYTES - this.#filled) this.#flush();
    if (line.length + 1 > BUFFER_BYTES) return this.#put(Buffer.from(`${line}\n`, 'latin1'));
    this.#filled += this.#buffer.write(line, this.#filled, 'latin1');
    this.#buffer[this.#filled++] = 0x0a;
  }

  finish(): FileOutcome {
    try {
      this.#flush();
    } finally {
      closeSync(this.#descriptor);
    }
    return { content: this.#hasher.finish(), size: this.#size, lines: this.#lines };
  }

  #flush(): void {
    if (this.#filled > 0) this.#put(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #put(bytes: Uint8Array): void {
    this.#hasher.update(bytes);
    writeFully(this.#descriptor, bytes);
    this.#size += bytes.length;
  }
}
