import { zstdCompressSync } from 'node:zlib';

/** Formats that are compressed already; a second time costs time and saves nothing. */
const COMPRESSED = new Set(
  (
    '7z aac apk arrow avif avi br bz2 crx docx epub flac gif gz heic heif ico jar jpeg jpg jxl lz4 lzma m4a m4v mkv mov ' +
    'mp3 mp4 mpeg mpg npz odp ods odt ogg ogv opus parquet pdf png pptx rar safetensors tgz tbz2 txz vsix war webm ' +
    'webp whl wma wmv woff woff2 xlsx xz zip zst zstd'
  ).split(' '),
);

const SAMPLE_BYTES = 64 * 1024;

/** Below this share of its size a compressed sample is worth compressing all of it. */
const WORTH_IT = 0.9;

/** Whether the name says that the content is compressed already. */
export function isCompressedName(name: string | undefined): boolean {
  if (name === undefined) return false;
  const dot = name.lastIndexOf('.');
  return dot >= 0 && COMPRESSED.has(name.slice(dot + 1).toLowerCase());
}

/** Whether the first bytes of a content compress well enough; nothing at all does not. */
export function sampleCompresses(firstBytes: Uint8Array): boolean {
  const sample = firstBytes.subarray(0, SAMPLE_BYTES);
  return sample.length > 0 && zstdCompressSync(sample).length < sample.length * WORTH_IT;
}
