import * as l10n from '@vscode/l10n';
import type { Version } from '../../../server/protocol/messages/files.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import { sizeText } from './sizeText.ts';

/** A version as one line of a list. `at` is shown as the server's clock had it. */
export function versionLine({ rev, at, reason, by, entry, path }: Version, withPath: boolean) {
  const what = entry.kind === 'file' ? sizeText(entry.size) : l10n.t('link to {0}', printable(entry.target));
  const when = new Date(at).toLocaleString();
  return {
    label: withPath ? path : when,
    description: withPath ? `${when}, ${what}` : what,
    detail: l10n.t(
      '{0} by {1}, revision {2}',
      reason === 'deleted' ? l10n.t('Deleted') : l10n.t('Replaced'),
      printable(by),
      rev,
    ),
  };
}
