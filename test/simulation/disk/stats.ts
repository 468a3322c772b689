import type { BigIntStats, Dirent, Stats } from 'node:fs';
import type { Inode } from './inode.ts';

const TYPES = { file: 0o100000, directory: 0o040000, link: 0o120000 } as const;

/** What stat says, with whole numbers of any size or without. */
export function statsOf(inode: Inode, device: bigint, big: boolean): Stats | BigIntStats {
  const size = inode.kind === 'file' ? inode.data.length : inode.kind === 'link' ? inode.target.length : 4096;
  const mode = TYPES[inode.kind] | inode.mode;
  const kind = {
    isFile: () => inode.kind === 'file',
    isDirectory: () => inode.kind === 'directory',
    isSymbolicLink: () => inode.kind === 'link',
  };
  const links = inode.kind === 'directory' ? 2 : inode.links;
  if (big) {
    return {
      ...kind,
      dev: device,
      ino: inode.ino,
      mode: BigInt(mode),
      nlink: BigInt(links),
      uid: 1000n,
      gid: 1000n,
      size: BigInt(size),
      mtimeMs: inode.mtimeNs / 1_000_000n,
      ctimeMs: inode.ctimeNs / 1_000_000n,
      mtimeNs: inode.mtimeNs,
      ctimeNs: inode.ctimeNs,
    } as BigIntStats;
  }
  return {
    ...kind,
    dev: Number(device),
    ino: Number(inode.ino),
    mode,
    nlink: links,
    uid: 1000,
    gid: 1000,
    size,
    mtimeMs: Number(inode.mtimeNs) / 1e6,
    ctimeMs: Number(inode.ctimeNs) / 1e6,
  } as Stats;
}

export function direntOf(name: string, parentPath: string, inode: Inode): Dirent {
  return {
    name,
    parentPath,
    isFile: () => inode.kind === 'file',
    isDirectory: () => inode.kind === 'directory',
    isSymbolicLink: () => inode.kind === 'link',
  } as Dirent;
}
