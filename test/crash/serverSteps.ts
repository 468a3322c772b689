import type { Place } from './place.ts';
import { type Step, step } from './step.ts';

const CONTENT = '[0-9a-f]{64}';
const STATE = '/server/\\.syncline';
const STAGED = `${STATE}/staging/${CONTENT}`;
const TEMPORARY = `${STATE}/staging/tmp-\\d+`;
const HISTORY = `${STATE}/objects/[0-9a-f]{2}`;
const KEPT = `${HISTORY}/${CONTENT}`;
const INDEX = `${STATE}/index\\.db`;
/** Anything in the share itself. */
const PATH = '/server/(?!\\.syncline).+';
const BEGIN = '^BEGIN IMMEDIATE';
const COMMIT = '^COMMIT';

/** Contents on their way into the share's state. */
const STAGE: readonly Step[] = [
  step('a file for an upload was made', { call: 'create', at: STAGED, when: 'after' }),
  step('half of a small content was written', { call: 'writeSync', at: STAGED, when: 'halfway', nth: 3 }),
  step('half of a piece of a large content was written', { call: 'write', at: STAGED, when: 'halfway' }),
  step('a content is about to be synced', { call: 'fsync', at: STAGED, when: 'before' }),
  step('a content was synced', { call: 'fsync', at: STAGED, when: 'after' }),
  step('half of a copy of a content was written', { call: 'writeSync', at: TEMPORARY, when: 'halfway' }),
];

/** A commit on the disk. */
const PLACE: readonly Step[] = [
  step('the transaction has begun', { call: 'exec', at: INDEX, sql: BEGIN, when: 'after' }),
  step('a folder was made', { call: 'mkdirSync', at: PATH, when: 'after' }),
  step('a folder for history was made', { call: 'mkdirSync', at: HISTORY, when: 'after' }),
  step('an old file is about to be linked into history', { call: 'linkSync', at: PATH, to: KEPT, when: 'before' }),
  step('an old file was linked into history', { call: 'linkSync', at: PATH, to: KEPT, when: 'after' }),
  step('a new file is about to be linked into its place', { call: 'linkSync', at: STAGED, to: PATH, when: 'before' }),
  step('a new file was linked into its place', { call: 'linkSync', at: STAGED, to: PATH, when: 'after' }),
  step('its staged name was removed', { call: 'unlinkSync', at: STAGED, when: 'after' }),
  step('a file is about to be replaced', { call: 'renameSync', at: STAGED, to: PATH, when: 'before' }),
  step('a file was replaced', { call: 'renameSync', at: STAGED, to: PATH, when: 'after' }),
  step('several files were replaced', { call: 'renameSync', at: STAGED, to: PATH, when: 'after', nth: 4 }),
  step('a copy took the place of a file', { call: 'renameSync', at: TEMPORARY, to: PATH, when: 'after' }),
  step('a symbolic link was made aside', { call: 'symlinkSync', at: TEMPORARY, when: 'after' }),
  step('a mode was changed', { call: 'fchmodSync', at: PATH, when: 'after' }),
  step('a file is about to be deleted', { call: 'unlinkSync', at: PATH, when: 'before' }),
  step('a file was deleted', { call: 'unlinkSync', at: PATH, when: 'after' }),
  step('something is about to be moved', { call: 'renameSync', at: PATH, to: PATH, when: 'before' }),
  step('something was moved', { call: 'renameSync', at: PATH, to: PATH, when: 'after' }),
  step('two things were moved', { call: 'renameSync', at: PATH, to: PATH, when: 'after', nth: 2 }),
  step('a folder was taken out of the share', { call: 'renameSync', at: PATH, to: TEMPORARY, when: 'after' }),
];

/** What makes it durable and known. */
const INDEXED: readonly Step[] = [
  step('history is about to be synced', { call: 'fsync', at: HISTORY, when: 'before' }),
  step('history was synced', { call: 'fsync', at: HISTORY, when: 'after' }),
  step('a folder of the share is about to be synced', { call: 'fsync', at: PATH, when: 'before' }),
  step('a folder of the share was synced', { call: 'fsync', at: PATH, when: 'after' }),
  step('the index is about to be written', { call: 'exec', at: INDEX, sql: COMMIT, when: 'before' }),
  step('the index was written, and nobody has been answered', { call: 'exec', at: INDEX, sql: COMMIT, when: 'after' }),
  step('a deleted folder is about to go for good', { call: 'rm', at: TEMPORARY, when: 'before' }),
  step('a deleted folder is gone for good', { call: 'rm', at: TEMPORARY, when: 'after' }),
];

export const COMMIT_STEPS: readonly Step[] = [...STAGE, ...PLACE, ...INDEXED];

/** A commit of which several files are in place, and the index says nothing. */
export const HALF_DONE: Place = { call: 'exec', at: INDEX, sql: COMMIT, when: 'before' };
const LINKED: Place = { call: 'linkSync', at: PATH, to: KEPT, when: 'after' };
const TWO_NAMES: Place = { call: 'linkSync', at: STAGED, to: PATH, when: 'after' };
const COPYING: Place = { call: 'writeSync', at: TEMPORARY, when: 'halfway' };
const ASIDE: Place = { call: 'rm', at: TEMPORARY, when: 'before' };

/** A start after a death: it may die as well, any number of times. */
export const RECOVERY_STEPS: readonly Step[] = [
  step('the lock was taken', { call: 'exec', at: `${STATE}/lock\\.db`, sql: '.*BEGIN EXCLUSIVE', when: 'after' }),
  step('the index is about to be opened', { call: 'exec', at: INDEX, sql: '^PRAGMA journal_mode.*', when: 'before' }),
  step('the index was opened', { call: 'exec', at: INDEX, sql: '^PRAGMA journal_mode.*', when: 'after' }),
  step('half a copy is about to be removed', { call: 'rmSync', at: TEMPORARY, when: 'before' }, COPYING),
  step('half a copy was removed', { call: 'rmSync', at: TEMPORARY, when: 'after' }, COPYING),
  step('a staged name of a file in its place was removed', { call: 'rmSync', at: STAGED, when: 'after' }, TWO_NAMES),
  step('a deleted folder was removed', { call: 'rmSync', at: TEMPORARY, when: 'after' }, ASIDE),
  step('the mode of new files was tried out', { call: 'create', at: TEMPORARY, when: 'after' }),
  step('the state’s folders are about to be synced', { call: 'fsync', at: STATE, when: 'before' }),
  step('the transaction of what was found has begun', { call: 'exec', at: INDEX, sql: BEGIN, when: 'after' }),
  step('what was found is about to be synced', { call: 'fsync', at: PATH, when: 'before' }),
  step('what was found was synced', { call: 'fsync', at: PATH, when: 'after', nth: 3 }),
  step('what was found is about to be written down', { call: 'exec', at: INDEX, sql: COMMIT, when: 'before' }),
  step('what was found was written down', { call: 'exec', at: INDEX, sql: COMMIT, when: 'after' }),
  step('a link that became no history is about to go', { call: 'unlinkSync', at: KEPT, when: 'before' }, LINKED),
  step('a link that became no history is gone', { call: 'unlinkSync', at: KEPT, when: 'after' }, LINKED),
];

const TOKEN = '/\\.token\\.syncline';
const JOBS = `${STATE}/jobs\\.db`;

/** The first start on a folder that was never shared. */
export const FIRST_START_STEPS: readonly Step[] = [
  step('the state’s folder was made', { call: 'mkdirSync', at: STATE, when: 'after' }),
  step('the tables of jobs are about to be made', { call: 'exec', at: JOBS, sql: '^BEGIN;[^]*', when: 'before' }),
  step('the tables of jobs were made', { call: 'exec', at: JOBS, sql: '^BEGIN;[^]*', when: 'after' }),
  step('half of the token was written', { call: 'writeSync', at: TOKEN, when: 'halfway' }),
  step('the token is about to be there', { call: 'linkSync', at: TOKEN, to: '/token', when: 'before' }),
  step('the token is there, and beside it once more', { call: 'linkSync', at: TOKEN, to: '/token', when: 'after' }),
  step('half of the list of tokens was written', {
    call: 'writeSync',
    at: `${STATE}/tokens\\.json.*`,
    when: 'halfway',
  }),
  step('the list of tokens is about to be there', { call: 'renameSync', to: `${STATE}/tokens\\.json`, when: 'before' }),
  step('the list of tokens is there', { call: 'renameSync', to: `${STATE}/tokens\\.json`, when: 'after' }),
  step('half of the share’s marker was written', { call: 'writeSync', at: `${STATE}/share\\..*`, when: 'halfway' }),
  step('the share’s marker is about to be there', { call: 'renameSync', to: `${STATE}/share`, when: 'before' }),
  step('the share’s marker is there', { call: 'renameSync', to: `${STATE}/share`, when: 'after' }),
  step('the tables of the index are not whole', {
    call: 'exec',
    at: INDEX,
    sql: '^BEGIN IMMEDIATE;[^]*',
    when: 'after',
  }),
  step('the tables of the index are about to be whole', {
    call: 'exec',
    at: INDEX,
    sql: '^PRAGMA user_version.*',
    when: 'before',
  }),
  step('the tables of the index are whole', { call: 'exec', at: INDEX, sql: '^PRAGMA user_version.*', when: 'after' }),
  step('the files are about to be taken in', { call: 'exec', at: INDEX, sql: COMMIT, when: 'before' }),
  step('the files were taken in', { call: 'exec', at: INDEX, sql: COMMIT, when: 'after' }),
  step('half of the server’s name was written', {
    call: 'writeSync',
    at: `${STATE}/server\\.json\\..*`,
    when: 'halfway',
  }),
  step('the server’s name is about to be there', { call: 'renameSync', to: `${STATE}/server\\.json`, when: 'before' }),
];
