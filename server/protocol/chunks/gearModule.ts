import { GEAR } from './gear.ts';

/**
 * The inner loop of chunking as a WebAssembly module, put together byte by byte: it needs no tool to build, and this is its
 * source. What it says, as text:
 *
 * ```wat
 * (module
 *   (memory (export "memory") 1)               ;; 0: GEAR, 1 KiB; 1024: the bytes, up to 32 KiB
 *   (global $hash (export "hash") (mut i32) (i32.const 0))
 *   (func (export "find") (param $at i32) (param $end i32) (param $mask i32) (result i32)
 *     (local $h i32)
 *     (local.set $h (global.get $hash))
 *     (loop $next                               ;; called with at < end alone
 *       (local.set $h (i32.add (i32.shl (local.get $h) (i32.const 1))
 *                              (i32.load (i32.shl (i32.load8_u (local.get $at)) (i32.const 2)))))
 *       (local.set $at (i32.add (local.get $at) (i32.const 1)))
 *       (br_if $next (i32.and (i32.ne (i32.and (local.get $h) (local.get $mask)) (i32.const 0))
 *                             (i32.lt_u (local.get $at) (local.get $end)))))
 *     (global.set $hash (local.get $h))
 *     (local.get $at)))
 * ```
 */

/** Where the bytes lie in the module's memory, and how many fit. */
export const BYTES_AT = 1024;
export const ROOM = 32 * 1024;

const PAGES = 1;

export interface GearExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** State of the rolling hash. */
  readonly hash: { value: number };
  /** Position behind the first byte where the hash has none of the mask's bits, else `end`. */
  readonly find: (at: number, end: number, mask: number) => number;
}

/** A new instance, with the table in its memory. @throws where there is no WebAssembly */
export function instantiateGear(): GearExports {
  const { Instance, Module } = (globalThis as unknown as { WebAssembly: Compiler }).WebAssembly;
  const { exports } = new Instance(new Module(MODULE));
  const table = new DataView(exports.memory.buffer);
  GEAR.forEach((value, byte) => table.setUint32(4 * byte, value, true));
  return exports;
}

/** What is used of the global `WebAssembly`, which belongs to the types of a browser. */
interface Compiler {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: GearExports };
}

const I32 = 0x7f;
const [AT, END, MASK, H] = [0, 1, 2, 3];
const HASH = 0;

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const constant = (value: number): number[] => [0x41, value];
const [ADD, SHL, AND, NE, LESS] = [0x6a, 0x74, 0x71, 0x47, 0x49];
const LOAD_WORD = [0x28, 2, 0];
const LOAD_BYTE = [0x2d, 0, 0];
const [LOOP, NO_RESULT, BRANCH_IF, BLOCK_END] = [0x03, 0x40, 0x0d, 0x0b];
const getGlobal = (global: number): number[] => [0x23, global];
const setGlobal = (global: number): number[] => [0x24, global];

const FIND = [
  ...[...getGlobal(HASH), ...set(H)],
  ...[LOOP, NO_RESULT],
  ...[...get(H), ...constant(1), SHL],
  ...[...get(AT), ...LOAD_BYTE, ...constant(2), SHL, ...LOAD_WORD, ADD, ...set(H)],
  ...[...get(AT), ...constant(1), ADD, ...set(AT)],
  ...[...get(H), ...get(MASK), AND, ...constant(0), NE],
  ...[...get(AT), ...get(END), LESS, AND, BRANCH_IF, 0, BLOCK_END],
  ...[...get(H), ...setGlobal(HASH)],
  ...[...get(AT), BLOCK_END],
];

const text = (value: string): number[] => counted([...Buffer.from(value)]);

const MODULE = Uint8Array.from([
  ...[...Buffer.from('\0asm'), 1, 0, 0, 0],
  ...section(1, [1, 0x60, 3, I32, I32, I32, 1, I32]), // one type: three numbers in, one out
  ...section(3, [1, 0]), // one function of that type
  ...section(5, [1, 0, PAGES]),
  ...section(6, [1, I32, 1, ...constant(0), BLOCK_END]),
  ...section(7, [3, ...text('memory'), 2, 0, ...text('hash'), 3, 0, ...text('find'), 0, 0]),
  ...section(10, [1, ...counted([1, 1, I32, ...FIND])]),
]);

function section(id: number, content: number[]): number[] {
  return [id, ...counted(content)];
}

/** A length below 128 is one byte of LEB128. */
function counted(content: number[]): number[] {
  if (content.length > 127) throw new RangeError('longer than one byte can say');
  return [content.length, ...content];
}
