/** What the comparison measures, and what is asked of Syncline: its time divided by that of the best peer, at most. */
export interface Workload {
  readonly title: string;
  /** By link, or by link and call (`lo sort 1000000`): the peer of ours that counts, and the ratio. */
  readonly bars: Readonly<Record<string, readonly [ours: string, atMost: number]>>;
}

export const OURS: ReadonlySet<string> = new Set(['product', 'product-cmd']);

export const WORKLOADS: Readonly<Record<string, Workload>> = {
  W1: {
    title: 'First sync of 10,050 source files, 85 MB',
    bars: { lo: ['product-cmd', 1], wan: ['product-cmd', 0.75] },
  },
  W2a: {
    title: 'Sync again, nothing changed, 10,050 files',
    bars: { lo: ['product-cmd', 1], wan: ['product-cmd', 0.3] },
  },
  W2b: {
    title: 'Sync again, nothing changed, 100,000 files',
    bars: { lo: ['product-cmd', 1], wan: ['product-cmd', 0.3] },
  },
  W3: { title: 'Save of a 10 kB file: milliseconds until the server holds it', bars: { lo: ['product', 1] } },
  W4: { title: 'One byte inserted in the middle of 1 GiB', bars: { lo: ['product', 1], wan: ['product', 1] } },
  W5: { title: 'Rename of a file of 1 GiB', bars: { lo: ['product', 0.1], wan: ['product', 0.1] } },
  W6: {
    title: 'Switch of a branch: 2,000 files changed, 200 deleted, 200 added (back: to the first one again)',
    bars: {
      lo: ['product', 0.8],
      wan: ['product', 0.4],
      'lo back 2400': ['product', 0.4],
      'wan back 2400': ['product', 0.2],
    },
  },
  W7: { title: 'Download of 10,050 files', bars: { lo: ['product-cmd', 1], wan: ['product-cmd', 0.75] } },
  W8: {
    title: 'Calls: add one by one, add with 256 under way, sort of a million and of ten million numbers',
    bars: {
      'lo add-seq 5000': ['product', 1 / 1.5],
      'lo add-pipe 50000': ['product', 1 / 4],
      'lo sort 1000000': ['product', 1 / 10],
      'lo sort 10000000': ['product', 1 / 10],
    },
  },
  W9c: {
    title: 'First upload of 1 GiB that does not compress',
    bars: { lo: ['product-cmd', 1.2], wan: ['product-cmd', 1.02] },
  },
  W9d: { title: 'First upload of 256 MiB of text', bars: { lo: ['product-cmd', 1], wan: ['product-cmd', 0.9] } },
  W10: { title: 'Saves of a 10 kB file while 256 MiB are uploaded', bars: {} },
};

export const LINKS: Readonly<Record<string, string>> = {
  lo: 'loopback',
  wan: '25 ms each way, 100 Mbit/s',
};
