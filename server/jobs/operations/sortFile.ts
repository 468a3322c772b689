import { statSync } from 'node:fs';
import type * as v from 'valibot';
import { diskError } from '../../protocol/disk/diskError.ts';
import { sortFileParams, sortFileResult } from '../../protocol/messages/compute.ts';
import type { FileOperation } from '../operation.ts';
import { lineOrder } from './lines/lineOrder.ts';
import { sortLines } from './lines/sortLines.ts';

type Params = v.InferOutput<typeof sortFileParams>;

/** Sorts the lines of a file, however large it is; see {@link sortFileParams}. */
export const sortFile: FileOperation<Params> = {
  name: 'sort-file',
  summary: 'Sorts the lines of a file on the server, by the whole line or a column, into another file.',
  params: sortFileParams,
  result: sortFileResult,

  target: ({ share, path, to }) => ({ share, from: path, to }),

  run(params, report, files) {
    const { unique = false, header = false } = params;
    try {
      const { size } = statSync(files.input);
      return sortLines(files, { order: lineOrder(params), unique, header, size }, report);
    } catch (error) {
      throw diskError(error, 'sort the lines');
    }
  },
};
