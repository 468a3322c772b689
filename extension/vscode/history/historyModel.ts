import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ListRow, Version } from '../../../server/protocol/messages/files.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { Listeners } from '../../connect/listeners.ts';
import type { RemoteFiles } from '../../connect/remoteFiles.ts';
import type { Disposable } from '../../connect/serverClient.ts';
import type { ServerAddress } from '../../connect/target.ts';
import { Soon } from '../soon.ts';
import { deletedFiles } from './deletedFiles.ts';

/** What the history is of: a file, or a folder whose deleted files are listed (path left out: the share). */
export interface HistorySubject {
  readonly place: ServerAddress;
  readonly path: WirePath | undefined;
  readonly isFolder: boolean;
}

export interface ShownHistory {
  readonly subject: HistorySubject;
  /** What is there now; of a file alone. */
  readonly now: ListRow | null;
  readonly versions: readonly Version[];
  readonly isWhole: boolean;
}

/** Versions asked for at once. */
const PAGE = 200;
/** What happens together is looked at together, milliseconds. */
const GATHER_MS = 300;

/** The history that is on show, read again whenever it may have grown. */
export class HistoryModel {
  readonly #filesOf: (place: ServerAddress) => Promise<RemoteFiles>;
  readonly #onError: (error: SynclineError) => void;
  readonly #changes = new Listeners<void>();
  #subject: HistorySubject | undefined;
  #shown: ShownHistory | undefined;
  #limit = PAGE;
  /** Answers that come after a newer question are not shown. */
  #question = 0;
  readonly #refresh = new Soon(GATHER_MS, () => {
    if (this.#subject) this.#read(this.#subject).catch((error: unknown) => this.#onError(SynclineError.from(error)));
  });

  constructor(filesOf: (place: ServerAddress) => Promise<RemoteFiles>, onError: (error: SynclineError) => void) {
    this.#filesOf = filesOf;
    this.#onError = onError;
  }

  onDidChange(listener: () => void): Disposable {
    return this.#changes.add(listener);
  }

  get shown(): ShownHistory | undefined {
    return this.#shown;
  }

  /** @throws SynclineError */
  async show(subject: HistorySubject): Promise<ShownHistory> {
    if (keyOf(subject) !== keyOf(this.#subject)) this.#limit = PAGE;
    this.#subject = subject;
    return this.#read(subject);
  }

  async more(): Promise<void> {
    this.#limit += PAGE;
    if (this.#subject) await this.#read(this.#subject);
  }

  /** Something may have changed on the server. */
  refreshSoon(): void {
    if (this.#subject) this.#refresh.ask();
  }

  dispose(): void {
    this.#refresh.dispose();
  }

  async #read(subject: HistorySubject): Promise<ShownHistory> {
    const question = ++this.#question;
    const { place, path, isFolder } = subject;
    const files = await this.#filesOf(place);
    const limit = this.#limit;
    // a folder that is gone, or is a file now, has left its files' versions below its path
    const found = await files.history({ path, below: true, limit });
    const exists = async (at: WirePath) => (await files.find(at)) !== null;
    const versions = isFolder ? await deletedFiles(found, exists) : found;
    const now = isFolder || path === undefined ? null : await files.find(path);
    const shown = { subject, now, versions, isWhole: found.length < limit };
    if (question === this.#question) {
      this.#shown = shown;
      this.#changes.emit();
    }
    return shown;
  }
}

const keyOf = (subject: HistorySubject | undefined): string =>
  subject ? `${subject.place.url}\n${subject.place.share}\n${subject.path ?? ''}\n${subject.isFolder}` : '';
