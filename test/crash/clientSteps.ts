import type { Place } from './place.ts';
import { type Step, step } from './step.ts';

const CONTENT = '[0-9a-f]{64}';
const STATE = '/syncline/targets/[^/]+';
const FETCHED = `${STATE}/fetching/${CONTENT}`;
const PART = `${FETCHED}\\.part`;
const ASIDE = `${STATE}/fetching/tmp-[\\d-]+`;
const SAFETY = `${STATE}/safety/.+`;
const BASE = `${STATE}/base\\.db`;
/** Anything in the local folder itself. */
const PATH = '/local/(?!\\.syncline).+';

const saved = (when: Place['when'], nth: number): Place => ({ call: 'exec', at: BASE, sql: '^COMMIT', when, nth });

/** `syncline sync`, with changes on both sides. */
export const SYNC_STEPS: readonly Step[] = [
  step('the target was locked', { call: 'exec', at: `${STATE}/lock\\.db`, sql: '.*BEGIN EXCLUSIVE', when: 'after' }),
  step('the owner of the lock was noted', { call: 'writeFileSync', at: `${STATE}/owner\\.txt`, when: 'after' }),
  step('the base is about to be opened', { call: 'exec', at: BASE, sql: '[^]*pending_commits[^]*', when: 'before' }),
  step('the base was opened', { call: 'exec', at: BASE, sql: '[^]*pending_commits[^]*', when: 'after' }),
  step('a file for a content was made', { call: 'create', at: FETCHED, when: 'after' }),
  step('half of a small content was written', { call: 'writeSync', at: FETCHED, when: 'halfway', nth: 2 }),
  step('half of a piece of a large content was written', { call: 'writeSync', at: PART, when: 'halfway', nth: 3 }),
  step('a large content is about to be whole', { call: 'renameSync', at: PART, to: FETCHED, when: 'before' }),
  step('a large content is whole', { call: 'renameSync', at: PART, to: FETCHED, when: 'after' }),
  step('a content is about to be synced', { call: 'fsync', at: FETCHED, when: 'before' }),
  step('a content was synced', { call: 'fsync', at: FETCHED, when: 'after' }),
  step('a folder was made', { call: 'mkdirSync', at: PATH, when: 'after' }),
  step('a safety copy is about to be made', { call: 'linkSync', at: PATH, to: SAFETY, when: 'before' }),
  step('a safety copy was made', { call: 'linkSync', at: PATH, to: SAFETY, when: 'after' }),
  step('a new file is about to be linked into its place', { call: 'linkSync', at: FETCHED, to: PATH, when: 'before' }),
  step('a new file was linked into its place', { call: 'linkSync', at: FETCHED, to: PATH, when: 'after' }),
  step('its first name was removed', { call: 'unlinkSync', at: FETCHED, when: 'after' }),
  step('a file is about to be replaced', { call: 'renameSync', at: FETCHED, to: PATH, when: 'before' }),
  step('a file was replaced', { call: 'renameSync', at: FETCHED, to: PATH, when: 'after' }),
  step('several files were replaced', { call: 'renameSync', at: FETCHED, to: PATH, when: 'after', nth: 3 }),
  step('a symbolic link was made aside', { call: 'symlinkSync', at: ASIDE, when: 'after' }),
  step('a mode was changed', { call: 'fchmodSync', at: PATH, when: 'after' }),
  step('a file is about to be deleted', { call: 'renameSync', at: PATH, to: SAFETY, when: 'before' }),
  step('a file was deleted', { call: 'renameSync', at: PATH, to: SAFETY, when: 'after' }),
  step('a file has its new name as well', { call: 'linkSync', at: PATH, to: PATH, when: 'after' }),
  step('a file has its new name alone', { call: 'unlinkSync', at: PATH, when: 'after' }),
  step('a folder is about to be moved', { call: 'renameSync', at: PATH, to: PATH, when: 'before' }),
  step('a folder was moved', { call: 'renameSync', at: PATH, to: PATH, when: 'after' }),
  step('a folder was removed', { call: 'rmdirSync', at: PATH, when: 'after' }),
  step('safety copies are about to be synced', { call: 'fsync', at: SAFETY, when: 'before' }),
  step('a folder is about to be synced', { call: 'fsync', at: PATH, when: 'before' }),
  step('a folder was synced', { call: 'fsync', at: PATH, when: 'after' }),
  ...[1, 2].flatMap((nth) => [
    step(`the base is about to be saved (${nth})`, saved('before', nth)),
    step(`the base was saved (${nth})`, saved('after', nth)),
  ]),
];

const GOT = '/got/(?!\\.syncline).+';
const GETTING = `/got/\\.syncline/get-[^/]+/${CONTENT}`;

/** `syncline get FOLDER`. */
export const GET_STEPS: readonly Step[] = [
  step('its folder was made', { call: 'mkdirSync', at: '/got/\\.syncline/get-[^/]+', when: 'after' }),
  step('half of a small content was written', { call: 'writeSync', at: GETTING, when: 'halfway', nth: 2 }),
  step('half of a piece of a large content was written', {
    call: 'writeSync',
    at: GETTING,
    bytes: 30_000,
    when: 'halfway',
    nth: 3,
  }),
  step('a content was synced', { call: 'fsync', at: GETTING, when: 'after' }),
  step('a folder was made', { call: 'mkdirSync', at: GOT, when: 'after' }),
  step('a new file is about to be linked into its place', { call: 'linkSync', at: GETTING, to: GOT, when: 'before' }),
  step('a new file was linked into its place', { call: 'linkSync', at: GETTING, to: GOT, when: 'after' }),
  step('its first name was removed', { call: 'unlinkSync', at: GETTING, when: 'after' }),
  step('a copy for a second file was made', { call: 'copyFileSync', at: GETTING, when: 'after' }),
  step('a symbolic link was made', { call: 'symlinkSync', at: GOT, when: 'after' }),
  step('a folder was synced', { call: 'fsync', at: GOT, when: 'after' }),
];
