import type { Disposable } from './serverClient.ts';

/** Who wants to hear of something. Listeners are called in order of arrival; one that is disposed meanwhile is not called. */
export class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();

  add(listener: (value: T) => void): Disposable {
    const own = (value: T): void => listener(value);
    this.#all.add(own);
    return { dispose: () => void this.#all.delete(own) };
  }

  emit(value: T): void {
    for (const listener of [...this.#all]) if (this.#all.has(listener)) listener(value);
  }
}
