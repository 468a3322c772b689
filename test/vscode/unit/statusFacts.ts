import type { StatusFacts } from '../../../extension/vscode/status/statusMenu.ts';

/** A window in which nothing has been done yet, apart from what a test says about it. */
export const statusFacts = (facts: Partial<StatusFacts> = {}): StatusFacts => ({
  isTrusted: true,
  targets: 0,
  paused: 0,
  conflicts: 0,
  problems: 0,
  holdsWrites: false,
  hasOutsideChanges: false,
  hasFreeFolder: true,
  places: 0,
  isOnline: false,
  ...facts,
});
