import { MAX_JOINED_TEXTS } from '../limits.ts';

/** Characters in one frame, of at most three bytes each: together they stay below the limit of the protocol. */
const MOST_CHARACTERS = 21_000;

/** Puts small texts that are sent one after the other into one frame, separated by line feeds, of which they have none themselves. */
export class JoinedTexts {
  readonly #send: (frame: string) => void;
  #frame = '';
  #texts = 0;

  constructor(send: (frame: string) => void) {
    this.#send = send;
  }

  /** Of the texts that wait. */
  get length(): number {
    return this.#frame.length;
  }

  add(text: string): void {
    if (this.#texts > 0 && this.#frame.length + text.length >= MOST_CHARACTERS) this.flush();
    this.#frame = this.#texts === 0 ? text : `${this.#frame}\n${text}`;
    if (++this.#texts === MAX_JOINED_TEXTS) this.flush();
  }

  /** Sends what waits. */
  flush(): void {
    if (this.#texts === 0) return;
    const frame = this.#frame;
    this.#frame = '';
    this.#texts = 0;
    this.#send(frame);
  }
}

/** The texts of a frame; null when there are more than allowed, which would make much work of few bytes. */
export function splitTexts(frame: Buffer): readonly string[] | null {
  const texts = frame.toString().split('\n', MAX_JOINED_TEXTS + 1);
  return texts.length > MAX_JOINED_TEXTS ? null : texts;
}
