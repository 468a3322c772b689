import type { Mode } from '../../extension/sync/reconcile/mode.ts';
import type { Operation, OperationResult } from '../../server/protocol/messages/files.ts';
import type { Cursor } from '../../server/protocol/messages/values.ts';
import { Violation } from './violation.ts';
import type { Random } from './random.ts';
import type { Program } from './scheduler.ts';
import type { Wire } from './simulatedLink.ts';

interface Onlooker {
  /** A client asks for this, for the first time. */
  asked(operations: readonly Operation[]): void;
  /** The server has answered a commit; `done`: what it said is done. */
  answered(cursor: Cursor, done: readonly Operation[]): void;
  violated(violation: Violation): void;
}

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { readonly id?: unknown; readonly operations?: readonly Operation[] };
  readonly result?: { readonly results?: readonly OperationResult[]; readonly cursor?: Cursor };
}

/** The wire of one client: its delays, commits that arrive twice, and who says what on it. */
export class ClientWire implements Wire {
  heldUntil = 0;
  duplicatesNextCommit = false;
  readonly #random: Random;
  readonly #mode: Mode;
  readonly #onlooker: Onlooker;
  readonly #farUs: number;
  readonly #asked = new Map<unknown, readonly Operation[]>();
  /** Ids of commits. */
  readonly #decided = new Set<unknown>();

  constructor(random: Random, mode: Mode, onlooker: Onlooker) {
    this.#random = random;
    this.#mode = mode;
    this.#onlooker = onlooker;
    this.#farUs = random.pick([50, 500, 20_000]);
  }

  travel(): number {
    return (
      this.#farUs + this.#random.below(this.#farUs) + (this.#random.chance(0.02) ? this.#random.below(200_000) : 0)
    );
  }

  onText(from: Program, text: string): string | undefined {
    if (from.name.startsWith('server')) {
      if (text.includes('"results"')) this.#heed(JSON.parse(text) as Message);
      return undefined;
    }
    if (!text.includes('"files/commit"')) return undefined;
    if (this.#mode === 'pull') this.#onlooker.violated(new Violation(`A client that pulls sent a commit: ${text}`));
    const message = JSON.parse(text) as Message;
    const operations = message.params?.operations ?? [];
    this.#asked.set(message.id, operations);
    // what is repeated was decided when it was asked for first
    if (!this.#decided.has(message.params?.id)) this.#onlooker.asked(operations);
    this.#decided.add(message.params?.id);
    if (!this.duplicatesNextCommit) return undefined;
    this.duplicatesNextCommit = false;
    return JSON.stringify({ ...message, id: `again-${String(message.id)}` });
  }

  #heed({ id, result }: Message): void {
    const { results, cursor } = result ?? {};
    if (!results || !cursor) return;
    const done = (this.#asked.get(id) ?? []).filter((_, n) => results[n]?.status === 'done');
    this.#onlooker.answered(cursor, done);
  }
}
