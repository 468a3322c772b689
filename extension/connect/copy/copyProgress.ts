/** How a copy gets on; all of it optional for whoever starts one. */
export interface CopyOptions {
  readonly signal?: AbortSignal;
  /** Bytes that will travel, told once it is known. */
  readonly onTotal?: (bytes: number) => void;
  /** Bytes that travelled since the last call. */
  readonly onProgress?: (bytes: number) => void;
}
