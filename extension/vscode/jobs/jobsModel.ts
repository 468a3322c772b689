import { Listeners } from '../../connect/listeners.ts';
import type { Disposable } from '../../connect/serverClient.ts';
import type { Servers } from '../servers/servers.ts';
import { isActive } from './jobList.ts';
import { ServerJobs } from './serverJobs.ts';

/** The jobs of every server that the window is connected to. */
export class JobsModel {
  readonly #servers: Servers;
  readonly #log: (event: string, data: object) => void;
  readonly #changes = new Listeners<string>();
  readonly #byServer = new Map<string, ServerJobs>();
  readonly #listening: Disposable;

  constructor(servers: Servers, log: (event: string, data: object) => void) {
    this.#servers = servers;
    this.#log = log;
    this.#listening = servers.onDidChange(() => this.#settle());
    this.#settle();
  }

  /** Called with the url of the server whose jobs have changed, or that came or went. */
  onDidChange(listener: (url: string) => void): Disposable {
    return this.#changes.add(listener);
  }

  get all(): readonly ServerJobs[] {
    return [...this.#byServer.values()];
  }

  get(url: string): ServerJobs | undefined {
    return this.#byServer.get(url);
  }

  /** The server that a known job is on. */
  serverOf(id: string): string | undefined {
    return this.all.find((jobs) => jobs.find(id))?.url;
  }

  get active(): number {
    return this.all.reduce((count, { all }) => count + all.filter(isActive).length, 0);
  }

  dispose(): void {
    this.#listening.dispose();
    for (const jobs of this.all) jobs.dispose();
  }

  #settle(): void {
    for (const [url, jobs] of this.#byServer) {
      if (this.#servers.get(url)) continue;
      jobs.dispose();
      this.#byServer.delete(url);
      this.#changes.emit(url);
    }
    for (const url of this.#servers.urls) {
      if (this.#byServer.has(url)) continue;
      const jobs = new ServerJobs(url, this.#servers.open(url), this.#log);
      this.#byServer.set(url, jobs);
      jobs.onDidChange(() => this.#changes.emit(url));
      this.#changes.emit(url);
    }
  }
}
