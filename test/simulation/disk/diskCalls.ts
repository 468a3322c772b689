import { constants, type FSWatcher } from 'node:fs';
import type { Machine } from '../machine.ts';
import type { Program, Scheduler } from '../scheduler.ts';
import { below, type DirectoryNode, type FileNode, pathOf, type Watcher } from './inode.ts';
import { direntOf, statsOf } from './stats.ts';
import { diskFault, type Place } from './virtualDisk.ts';

/** Where the disks of all machines are mounted: `/simulated/<machine>/…`. */
export const MOUNT = '/simulated';
/** Descriptors from here on are ours. */
export const FIRST_DESCRIPTOR = 1_000_000;
const DESCRIPTORS = '/proc/self/fd/';

interface Opened {
  readonly machine: Machine;
  readonly program: Program | null;
  readonly place: Place;
  position: number;
}

interface At extends Place {
  readonly machine: Machine;
}

type Options = { readonly [option: string]: unknown } | undefined;
type Done = (error: Error | null, count?: number) => void;

/** The calls of `node:fs` that Syncline uses, on the disks of machines. Each may fail, stall or be its program's last. */
export class DiskCalls {
  readonly #machines: ReadonlyMap<string, Machine>;
  readonly #scheduler: Scheduler;
  readonly #opened = new Map<number, Opened>();
  #next = FIRST_DESCRIPTOR;

  constructor(machines: ReadonlyMap<string, Machine>, scheduler: Scheduler) {
    this.#machines = machines;
    this.#scheduler = scheduler;
  }

  /** Descriptors that programs which are still running have open. */
  get open(): number {
    return [...this.#opened.values()].filter(({ program }) => program?.alive).length;
  }

  owns(target: unknown): boolean {
    if (typeof target === 'number') return target >= FIRST_DESCRIPTOR;
    if (typeof target !== 'string') return false;
    return target.startsWith(`${MOUNT}/`) || (target.startsWith(`${DESCRIPTORS}1`) && target.length >= 21);
  }

  openSync(path: string, flags: number | string = 'r', mode = 0o666): number {
    const wanted = typeof flags === 'number' ? flags : constants.O_RDONLY;
    const follow = (wanted & constants.O_NOFOLLOW) === 0;
    const at = this.#at(path, 'open', follow);
    const creates = (wanted & constants.O_CREAT) !== 0;
    let { inode } = at;
    if (inode && creates && (wanted & constants.O_EXCL) !== 0) throw diskFault('EEXIST', 'open');
    if (!inode) {
      if (!creates) throw diskFault('ENOENT', 'open');
      inode = at.machine.disk.create(at, mode & ~0o022);
    }
    if ((wanted & constants.O_DIRECTORY) !== 0 && inode.kind !== 'directory') throw diskFault('ENOTDIR', 'open');
    if (inode.kind === 'link') throw diskFault('ELOOP', 'open');
    const writes = (wanted & (constants.O_WRONLY | constants.O_RDWR)) !== 0;
    if (writes && inode.kind === 'directory') throw diskFault('EISDIR', 'open');
    const descriptor = this.#next++;
    const place = { directory: at.directory, name: at.name, inode };
    this.#opened.set(descriptor, { machine: at.machine, program: this.#scheduler.current, place, position: 0 });
    return descriptor;
  }

  closeSync(descriptor: number): void {
    if (!this.#opened.delete(descriptor)) throw diskFault('EBADF', 'close');
  }

  readSync(descriptor: number, buffer: Uint8Array, offset: number, length: number, position: number | null): number {
    const opened = this.#use(descriptor, 'read');
    const whole = this.#enter(opened.machine, 'read', opened.place);
    const { data } = fileOf(opened.place, 'read');
    const from = position ?? opened.position;
    const available = Math.max(0, Math.min(length, data.length - from));
    const count = whole ? available : Math.ceil(available / 2);
    data.copy(buffer, offset, from, from + count);
    if (position === null) opened.position += count;
    return count;
  }

  writeSync(
    descriptor: number,
    bytes: Uint8Array,
    offset = 0,
    length = bytes.length - offset,
    position: number | null = null,
  ): number {
    const opened = this.#use(descriptor, 'write');
    const whole = this.#enter(opened.machine, 'write', opened.place);
    const count = whole ? length : Math.ceil(length / 2);
    const at = position ?? opened.position;
    opened.machine.disk.write(fileOf(opened.place, 'write'), bytes.subarray(offset, offset + count), at, opened.place);
    if (position === null) opened.position += count;
    return count;
  }

  read(
    descriptor: number,
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
    done: Done,
  ): void {
    this.#later('read', done, () => this.readSync(descriptor, buffer, offset, length, position));
  }

  write(
    descriptor: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
    done: Done,
  ): void {
    this.#later('write', done, () => this.writeSync(descriptor, bytes, offset, length, position));
  }

  fsyncSync(descriptor: number): void {
    const { machine, place } = this.#use(descriptor, 'fsync');
    this.#enter(machine, 'fsync', place);
    if (place.inode) machine.disk.sync(place.inode);
  }

  fsync(descriptor: number, done: Done): void {
    this.#later('fsync', done, () => (this.fsyncSync(descriptor), 0));
  }

  ftruncateSync(descriptor: number, length = 0): void {
    const { machine, place } = this.#use(descriptor, 'ftruncate');
    this.#enter(machine, 'ftruncate', place);
    machine.disk.truncate(fileOf(place, 'ftruncate'), length, place);
  }

  fstatSync(descriptor: number, options?: Options): unknown {
    const { machine, place } = this.#use(descriptor, 'fstat');
    this.#enter(machine, 'fstat', place);
    if (!place.inode) throw diskFault('ENOENT', 'fstat');
    return statsOf(place.inode, machine.disk.device, options?.['bigint'] === true);
  }

  fchmodSync(descriptor: number, mode: number): void {
    const { machine, place } = this.#use(descriptor, 'fchmod');
    this.#enter(machine, 'fchmod', place);
    if (place.inode) machine.disk.changeMode(place.inode, mode, place);
  }

  chmodSync(path: string, mode: number): void {
    const at = this.#existing(path, 'chmod', true);
    at.machine.disk.changeMode(at.inode, mode, at);
  }

  /** Everybody is the same user here. */
  chownSync(path: string): void {
    this.#existing(path, 'chown', true);
  }

  lstatSync(path: string, options?: Options): unknown {
    return this.#stat(path, 'lstat', false, options);
  }

  statSync(path: string, options?: Options): unknown {
    return this.#stat(path, 'stat', true, options);
  }

  existsSync(path: string): boolean {
    try {
      return this.#at(path, 'access', true).inode !== undefined;
    } catch {
      return false;
    }
  }

  statfsSync(path: string): { bavail: number; blocks: number; bsize: number } {
    this.#existing(path, 'statfs', true);
    return { bavail: 2 ** 24, blocks: 2 ** 25, bsize: 4096 };
  }

  realpathSync(path: string): string {
    const at = this.#existing(path, 'realpath', true);
    const folder = pathOf(at.inode.kind === 'directory' ? at.inode : at.directory);
    if (folder === undefined) throw diskFault('ENOENT', 'realpath');
    const name = at.inode.kind === 'directory' ? '' : `/${at.name}`;
    return `${MOUNT}/${at.machine.name}${folder === '' ? '' : `/${folder}`}${name}`;
  }

  readlinkSync(path: string): string {
    const { inode } = this.#existing(path, 'readlink', false);
    if (inode.kind !== 'link') throw diskFault('EINVAL', 'readlink');
    return inode.target;
  }

  readdirSync(path: string, options?: Options): unknown[] {
    const { inode } = this.#existing(path, 'readdir', true);
    if (inode.kind !== 'directory') throw diskFault('ENOTDIR', 'readdir');
    const found: [string, string, Parameters<typeof direntOf>[2]][] =
      options?.['recursive'] === true
        ? [...below(inode)].map(([at, each]) => [nameOf(at), `${path}${folderOf(at)}`, each])
        : [...inode.entries].map(([name, each]) => [name, path, each]);
    return options?.['withFileTypes'] === true
      ? found.map(([name, parent, each]) => direntOf(name, parent, each))
      : found.map(([name]) => name);
  }

  readFileSync(target: string | number, options?: Options | string): Buffer | string {
    const place =
      typeof target === 'number' ? this.#use(target, 'read').place : this.#existing(target, 'readFile', true);
    if (typeof target === 'number') this.#enter(this.#use(target, 'read').machine, 'read', place);
    const { data } = fileOf(place, 'read');
    const encoding = typeof options === 'string' ? options : options?.['encoding'];
    return typeof encoding === 'string' ? data.toString('utf8') : Buffer.from(data);
  }

  writeFileSync(path: string, data: string | Uint8Array): void {
    const at = this.#at(path, 'open', true);
    const file = at.inode ?? at.machine.disk.create(at, 0o644);
    const place = { directory: at.directory, name: at.name, inode: file };
    at.machine.disk.truncate(fileOf(place, 'write'), 0, place);
    at.machine.disk.write(fileOf(place, 'write'), Buffer.from(data as string), 0, place);
  }

  copyFileSync(from: string, to: string, mode = 0): void {
    const source = this.#existing(from, 'copyFile', true);
    const at = this.#at(to, 'open', true);
    if (at.inode && (mode & constants.COPYFILE_EXCL) !== 0) throw diskFault('EEXIST', 'copyFile');
    const file = at.inode ?? at.machine.disk.create(at, source.inode.mode);
    const place = { directory: at.directory, name: at.name, inode: file };
    at.machine.disk.write(fileOf(place, 'copyFile'), fileOf(source, 'copyFile').data, 0, place);
  }

  mkdirSync(path: string, options?: Options | number): string | undefined {
    const mode = typeof options === 'number' ? options : ((options?.['mode'] as number | undefined) ?? 0o777);
    const recursive = typeof options === 'object' && options['recursive'] === true;
    const outermost =
      recursive && !this.#hasParent(path) ? this.mkdirSync(path.slice(0, path.lastIndexOf('/')), options) : undefined;
    const at = this.#at(path, 'mkdir', recursive);
    if (recursive && at.inode?.kind === 'directory') return undefined;
    at.machine.disk.makeDirectory(at, mode & ~0o022);
    return recursive ? (outermost ?? path) : undefined;
  }

  rmdirSync(path: string): void {
    const at = this.#at(path, 'rmdir', false);
    at.machine.disk.removeDirectory(at);
  }

  rmSync(path: string, options?: Options): void {
    const at = this.#at(path, 'rm', false);
    if (!at.inode) {
      if (options?.['force'] === true) return;
      throw diskFault('ENOENT', 'rm');
    }
    if (at.inode.kind !== 'directory') return at.machine.disk.unlink(at);
    if (options?.['recursive'] !== true) throw diskFault('ERR_FS_EISDIR', 'rm');
    for (const name of [...at.inode.entries.keys()]) this.rmSync(`${path}/${name}`, options);
    this.rmdirSync(path);
  }

  rm(path: string, options?: Options): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#later(
        'rm',
        (error) => (error ? reject(error) : resolve()),
        () => (this.rmSync(path, options), 0),
      );
    });
  }

  unlinkSync(path: string): void {
    const at = this.#at(path, 'unlink', false);
    at.machine.disk.unlink(at);
  }

  renameSync(from: string, to: string): void {
    const source = this.#at(from, 'rename', false);
    const target = this.#at(to, 'rename', false, true);
    if (source.machine !== target.machine) throw diskFault('EXDEV', 'rename');
    source.machine.disk.rename(source, target);
  }

  linkSync(from: string, to: string): void {
    const source = this.#at(from, 'link', false);
    const target = this.#at(to, 'link', false, true);
    if (source.machine !== target.machine) throw diskFault('EXDEV', 'link');
    source.machine.disk.link(source, target);
  }

  symlinkSync(target: string, path: string): void {
    const at = this.#at(path, 'symlink', false);
    at.machine.disk.makeLink(at, target);
  }

  /** Events come some milliseconds late; whether one comes at all is for `isDropped` to say. */
  watch(path: string, listener: (event: string, name: string | null) => void, isDropped: () => boolean): FSWatcher {
    const at = this.#existing(path, 'watch', true);
    const program = this.#scheduler.current;
    let isOpen = true;
    const tell: Watcher = (event, name) => {
      if (!isOpen || isDropped()) return;
      const what = `${event} of ${name} noticed`;
      this.#scheduler.after(
        100 + this.#scheduler.random.below(3000),
        what,
        () => isOpen && listener(event, name),
        program,
      );
    };
    at.inode.watchers.add(tell);
    const watcher = {
      close: () => {
        isOpen = false;
        at.inode.watchers.delete(tell);
      },
      on: () => watcher,
    };
    return watcher as unknown as FSWatcher;
  }

  #stat(path: string, call: string, follow: boolean, options: Options): unknown {
    try {
      const { machine, inode } = this.#existing(path, call, follow);
      return statsOf(inode, machine.disk.device, options?.['bigint'] === true);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (options?.['throwIfNoEntry'] === false && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
      throw error;
    }
  }

  #hasParent(path: string): boolean {
    try {
      const { machine, from, rest } = this.#resolve(path.slice(0, path.lastIndexOf('/')), 'mkdir');
      return machine.disk.locate(from, rest, true).inode !== undefined;
    } catch {
      return false;
    }
  }

  #existing(path: string, call: string, follow: boolean): At & { readonly inode: NonNullable<Place['inode']> } {
    const at = this.#at(path, call, follow);
    if (!at.inode) throw diskFault('ENOENT', call);
    return at as At & { readonly inode: NonNullable<Place['inode']> };
  }

  #at(path: string, call: string, follow: boolean, isSecond = false): At {
    const { machine, from, rest } = this.#resolve(path, call);
    if (!isSecond) machine.enter(call, `${pathOf(from) ?? '?'}/${rest}`);
    return { machine, ...machine.disk.locate(from, rest, follow, call) };
  }

  #resolve(path: string, call: string): { machine: Machine; from: DirectoryNode; rest: string } {
    if (path.startsWith(DESCRIPTORS)) {
      const [number, rest] = firstOf(path, DESCRIPTORS.length);
      const { machine, place } = this.#use(Number(number), call);
      if (place.inode?.kind !== 'directory') throw diskFault('ENOTDIR', call);
      return { machine, from: place.inode, rest };
    }
    const [name, rest] = firstOf(path, MOUNT.length + 1);
    const machine = this.#machines.get(name);
    if (!machine) throw diskFault('ENOENT', call);
    return { machine, from: machine.disk.root, rest };
  }

  #use(descriptor: number, call: string): Opened {
    const opened = this.#opened.get(descriptor);
    if (!opened) throw diskFault('EBADF', call);
    return opened;
  }

  #enter(machine: Machine, call: string, { directory, name }: Place): boolean {
    return machine.enter(call, `${pathOf(directory) ?? '?'}/${name}`);
  }

  #later(what: string, done: Done, work: () => number): void {
    const { random } = this.#scheduler;
    const delay = random.chance(0.05) ? random.below(20_000) : 20 + random.below(400);
    this.#scheduler.after(delay, what, () => {
      let count: number;
      try {
        count = work();
      } catch (error) {
        return done(error as Error);
      }
      done(null, count);
    });
  }
}

function fileOf({ inode }: Place, call: string): FileNode {
  if (inode?.kind === 'file') return inode;
  throw diskFault(inode?.kind === 'directory' ? 'EISDIR' : 'EINVAL', call);
}

/** The first name of a path from a place on, and what is behind it. */
function firstOf(path: string, from: number): [string, string] {
  const slash = path.indexOf('/', from);
  return slash < 0 ? [path.slice(from), ''] : [path.slice(from, slash), path.slice(slash + 1)];
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const folderOf = (path: string): string => (path.includes('/') ? `/${path.slice(0, path.lastIndexOf('/'))}` : '');
