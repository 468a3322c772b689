import type { Version } from '../../../server/protocol/messages/files.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import { sizeText } from './sizeText.ts';

/** A version as one line of a list. `at` is shown as the server's clock had it. */
export function versionLine({ rev, at, reason, by, entry, path }: Version, withPath: boolean) {
  const what = entry.kind === 'file' ? sizeText(entry.size) : `link to ${printable(entry.target)}`;
  const when = new Date(at).toLocaleString();
  return {
    label: withPath ? path : when,
    description: withPath ? `${when}, ${what}` : what,
    detail: `${reason === 'deleted' ? 'Deleted' : 'Replaced'} by ${printable(by)}, revision ${rev}`,
  };
}
