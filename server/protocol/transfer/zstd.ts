import { promisify } from 'node:util';
// nothing of it is used before something is compressed: the command line loads it then
import {
  constants,
  createZstdCompress,
  createZstdDecompress,
  zstdCompress,
  zstdCompressSync,
  zstdDecompress,
  zstdDecompressSync,
  type ZstdOptions,
} from 'node:zlib';
import { MAX_FRAME_PAYLOAD } from '../limits.ts';

/** Level 3: 4.5 times smaller source text at more than any network takes. */
const compressOptions = (): ZstdOptions => ({
  chunkSize: MAX_FRAME_PAYLOAD,
  params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 0 },
});

/** A sender may not ask for more memory than a window of 8 MiB; level 3 needs 2. */
const decompressOptions = (): ZstdOptions => ({
  chunkSize: MAX_FRAME_PAYLOAD,
  params: { [constants.ZSTD_d_windowLogMax]: 23 },
});

export const zstdCompressor = () => createZstdCompress(compressOptions());
export const zstdDecompressor = () => createZstdDecompress(decompressOptions());

/** Less than this is dealt with on the spot, which takes less than a millisecond; more on another thread. */
const ON_THE_SPOT = 64 * 1024;

export async function compress(bytes: Uint8Array): Promise<Uint8Array> {
  const options = compressOptions();
  if (bytes.length <= ON_THE_SPOT) return zstdCompressSync(bytes, options);
  return await promisify<Uint8Array, ZstdOptions, Buffer>(zstdCompress)(bytes, options);
}

/** Rejects when it would be more than `most` bytes, without having made room for them. */
export async function decompress(bytes: Uint8Array, most: number): Promise<Uint8Array> {
  const options = { ...decompressOptions(), maxOutputLength: Math.max(most, 1) };
  if (most <= ON_THE_SPOT) return zstdDecompressSync(bytes, options);
  return await promisify<Uint8Array, ZstdOptions, Buffer>(zstdDecompress)(bytes, options);
}
