import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { Place } from './place.ts';

/** Programs start twice as fast when they need not be compiled again. */
const COMPILED = join(import.meta.dirname, '../../.cache/compiled');
const PRELOAD = pathToFileURL(join(import.meta.dirname, 'fuse.ts')).href;

/** Makes programs die at named places: those that are started with {@link env}. */
export class FuseBox {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  get env(): Readonly<Record<string, string>> {
    return { SYNCLINE_FUSE: this.#file, NODE_OPTIONS: `--import=${PRELOAD}`, NODE_COMPILE_CACHE: COMPILED };
  }

  /** The next call that fits kills whoever makes it, also one who is running already. */
  light(place: Place): void {
    // whole at once: it may be read at any moment
    writeFileSync(`${this.#file}.new`, JSON.stringify(place));
    renameSync(`${this.#file}.new`, this.#file);
  }

  /** Whether nobody has come to the place yet. */
  get isBurning(): boolean {
    return existsSync(this.#file);
  }

  putOut(): void {
    rmSync(this.#file, { force: true });
  }
}
