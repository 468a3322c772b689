import * as l10n from '@vscode/l10n';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import { ruleFaults } from '../../sync/ignore/ruleFaults.ts';
import { inWords } from '../messages/errorText.ts';

/** One line of the Problems panel. */
export interface ProblemNote {
  /** From the target's folder, as it was found. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
  /** Of the problem; undefined for a rule of an ignore file. */
  readonly code: string | undefined;
}

/** What looks at both sides found, as the engine tells it. */
export interface Found {
  problems(): readonly Problem[];
  readonly ignoreFiles: readonly { readonly path: string; readonly text: string }[];
}

/** More files are not listed one by one. */
export const MOST_NOTES = 500;

/** What the Problems panel says about one target, by path. */
export function problemNotes(found: Found | undefined): ReadonlyMap<string, readonly ProblemNote[]> {
  if (!found) return new Map();
  const { ignoreFiles } = found;
  const notes: ProblemNote[] = [
    ...found.problems().map(({ path, code, message }) => ({
      path,
      line: 1,
      message: l10n.t('Not synced: {0}', inWords(message)),
      code,
    })),
    ...ignoreFiles.flatMap(({ path, text }) =>
      ruleFaults(text).map(({ line, message }) => ({ path, line, message, code: undefined })),
    ),
  ];
  const byPath = Map.groupBy(notes.slice(0, MOST_NOTES), ({ path }) => path);
  const last = notes[MOST_NOTES - 1];
  if (notes.length > MOST_NOTES && last)
    byPath.get(last.path)?.push({
      ...last,
      message: l10n.t(
        '… and {0} more behind “{1}”; “Syncline: Preview Sync” lists them all.',
        (notes.length - MOST_NOTES).toLocaleString('en'),
        printable(last.path),
      ),
    });
  return byPath;
}
