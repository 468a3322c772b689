import type { Memento } from 'vscode';
import type { JobMemory, RecentAddresses } from './commands/services.ts';
import { readRemembered, remember } from './jobs/rememberedJobs.ts';
import type { LocalServerMemory, ServedBefore } from './servers/localServerHolder.ts';
import type { PlaceMemory } from './servers/places.ts';

/** What outlives a reload of the window, and where. Never a secret. */
const KEYS = {
  places: 'syncline.places',
  jobs: 'syncline.jobs',
  recent: 'syncline.recent',
  localServer: 'syncline.localServer',
} as const;

const MOST_RECENT = 10;

export const placeMemory = (state: Memento): PlaceMemory => ({
  read: () => state.get<unknown>(KEYS.places),
  write: (labels) => void state.update(KEYS.places, labels),
});

export const jobMemory = (state: Memento): JobMemory => ({
  all: () => readRemembered(state.get<unknown>(KEYS.jobs)),
  add: (job) => void state.update(KEYS.jobs, remember(readRemembered(state.get<unknown>(KEYS.jobs)), job)),
});

export function recentAddresses(state: Memento): RecentAddresses {
  const all = () => {
    const stored = state.get<unknown>(KEYS.recent);
    return Array.isArray(stored) ? stored.filter((label) => typeof label === 'string') : [];
  };
  return {
    all,
    add: (label) =>
      void state.update(KEYS.recent, [label, ...all().filter((each) => each !== label)].slice(0, MOST_RECENT)),
  };
}

/** Where this workspace's own server last listened, if it was started from here. */
export const localServerMemory = (state: Memento): LocalServerMemory => ({
  read: () => {
    const stored = state.get<Partial<ServedBefore>>(KEYS.localServer);
    const { url, configured } = stored ?? {};
    return typeof url === 'string' && typeof configured === 'number' ? { url, configured } : undefined;
  },
  write: (served) => void state.update(KEYS.localServer, served),
});
