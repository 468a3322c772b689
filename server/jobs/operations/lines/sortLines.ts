import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FileOutcome, ReportFraction, WorkFiles } from '../../operation.ts';
import type { LineOrder, Row } from './lineOrder.ts';
import { readLines } from './lineReader.ts';
import { LineWriter } from './lineWriter.ts';
import { mergeLines } from './mergeLines.ts';

export interface SortLinesOptions {
  readonly order: LineOrder;
  readonly unique: boolean;
  readonly header: boolean;
  /** Bytes of the input, for progress. */
  readonly size: number;
  /** Bytes of lines that are sorted in memory at a time. */
  readonly runBytes?: number;
}

/** Strings, keys and lists take several times the bytes of the lines; a worker has 512 MiB. */
const RUN_BYTES = 32 * 1024 * 1024;
const ROW_BYTES = 64;
/** Runs that are merged at a time: each has a block of a mebibyte and an open file. */
const FAN_IN = 64;
const REPORT_EVERY = 65_536;

/**
 * Sorts the lines of a file into another in bounded memory: sorted runs on disk, then merges (an external merge sort, as in
 * Knuth, The Art of Computer Programming, volume 3, section 5.4). Lines with equal keys keep their order.
 *
 * Throws what {@link readLines}, the order, or the file system throws.
 */
export function sortLines(files: WorkFiles, options: SortLinesOptions, report: ReportFraction): FileOutcome {
  const writer = new LineWriter(files.output);
  const sorter = new RunSorter(files, options);
  for (const line of sorter.read((fraction) => report(fraction * 0.5))) writer.write(line);
  let last: Row | undefined;
  let done = 0;
  for (const row of sorter.merged()) {
    if (options.unique && last && options.order.compare(last, row) === 0) continue;
    last = row;
    writer.write(row.line);
    if (++done % REPORT_EVERY === 0) report(0.5 + (0.5 * done) / sorter.lines);
  }
  return writer.finish();
}

class RunSorter {
  lines = 0;
  readonly #files: WorkFiles;
  readonly #options: SortLinesOptions;
  #rows: Row[] = [];
  #runs: string[] = [];
  #counter = 0;

  constructor(files: WorkFiles, options: SortLinesOptions) {
    this.#files = files;
    this.#options = options;
  }

  /** Takes the input in; gives the lines that are not to be sorted. */
  *read(report: ReportFraction): Generator<string> {
    const { order, header, size, runBytes = RUN_BYTES } = this.#options;
    let bytes = 0;
    let total = 0;
    let index = 0;
    for (const line of readLines(this.#files.input)) {
      total += line.length + 1;
      if (index++ === 0 && header) {
        yield line;
        continue;
      }
      this.#rows.push(order.row(line, index - 1));
      this.lines++;
      bytes += line.length + ROW_BYTES;
      if (bytes < runBytes) continue;
      this.#spill();
      bytes = 0;
      report(size === 0 ? 1 : Math.min(1, total / size));
    }
  }

  /** All rows in order. */
  *merged(): Generator<Row> {
    if (this.#runs.length === 0) return yield* this.#sorted();
    if (this.#rows.length > 0) this.#spill();
    while (this.#runs.length > FAN_IN) this.#mergeOnce();
    yield* mergeLines(
      this.#runs.map((run) => this.#rowsOf(run)),
      this.#options.order.compare,
    );
  }

  #sorted(): Row[] {
    const rows = this.#rows.sort(this.#options.order.compare);
    this.#rows = [];
    return rows;
  }

  #spill(): void {
    this.#runs.push(this.#write(this.#sorted()));
  }

  /** Neighbours are merged, so that the order of equal lines stays. */
  #mergeOnce(): void {
    const merged: string[] = [];
    for (let at = 0; at < this.#runs.length; at += FAN_IN) {
      const group = this.#runs.slice(at, at + FAN_IN);
      merged.push(
        this.#write(
          mergeLines(
            group.map((run) => this.#rowsOf(run)),
            this.#options.order.compare,
          ),
        ),
      );
      for (const run of group) rmSync(run);
    }
    this.#runs = merged;
  }

  #write(rows: Iterable<Row>): string {
    const run = join(this.#files.scratch, `run-${++this.#counter}`);
    const writer = new LineWriter(run);
    for (const { line } of rows) writer.write(line);
    writer.finish();
    return run;
  }

  *#rowsOf(run: string): Generator<Row> {
    for (const line of readLines(run)) yield this.#options.order.row(line, 0);
  }
}
