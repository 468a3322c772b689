import { constants, createZstdCompress, createZstdDecompress, type ZstdOptions } from 'node:zlib';
import { MAX_FRAME_PAYLOAD } from '../limits.ts';

/** Level 3: 4.5 times smaller source text at more than any network takes. */
export const COMPRESS: ZstdOptions = {
  chunkSize: MAX_FRAME_PAYLOAD,
  params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 0 },
};

/** A sender may not ask for more memory than a window of 8 MiB; level 3 needs 2. */
export const DECOMPRESS: ZstdOptions = {
  chunkSize: MAX_FRAME_PAYLOAD,
  params: { [constants.ZSTD_d_windowLogMax]: 23 },
};

export const zstdCompressor = () => createZstdCompress(COMPRESS);
export const zstdDecompressor = () => createZstdDecompress(DECOMPRESS);
