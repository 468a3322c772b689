import type { Memento } from 'vscode';
import { type Consent, consentFor, consentKey } from './consent.ts';
import type { ConfiguredTarget } from './targetSettings.ts';

const KEY = 'syncline.consent';

/** Which addresses the person agreed to in this workspace; a refusal counts until the window is reloaded. */
export class ConsentMemory {
  readonly #state: Memento;
  readonly #refused = new Set<string>();

  constructor(state: Memento) {
    this.#state = state;
  }

  of(target: ConfiguredTarget): Consent {
    return consentFor(target, new Set(this.#given()), this.#refused);
  }

  async give(target: Pick<ConfiguredTarget, 'folder' | 'address'>): Promise<void> {
    const key = consentKey(target);
    this.#refused.delete(key);
    if (!this.#given().includes(key)) await this.#state.update(KEY, [...this.#given(), key]);
  }

  refuse(target: ConfiguredTarget): void {
    this.#refused.add(consentKey(target));
  }

  #given(): readonly string[] {
    const stored = this.#state.get<unknown>(KEY);
    return Array.isArray(stored) ? stored.filter((key) => typeof key === 'string') : [];
  }
}
