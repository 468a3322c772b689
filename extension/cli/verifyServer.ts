import { printable } from '../../server/protocol/wirePath.ts';
import { verifyShare } from '../sync/remote/verifyShare.ts';
import type { Cli } from './cli.ts';
import { describeEntry } from './entryText.ts';
import { EXIT } from './exitStatus.ts';
import { grouped, plural } from './output/format.ts';
import type { ServerSession } from './serverSession.ts';

/** Has the server read its files again, in one of its folders or in all. */
export async function verifyServer(
  { out, signal, exitWith }: Cli,
  { client, address, files: remote }: ServerSession,
  text: string,
): Promise<void> {
  const dir = remote.resolve(text);
  const { checked, drift } = await verifyShare(client, { share: address.share, dir }, { signal });
  for (const { path, indexed, found } of drift) {
    const shown = remote.shown(dir === undefined ? path : (`${dir}/${path}` as typeof path));
    const line = `${printable(shown)}: the index said ${describeEntry(indexed)}, the disk holds ${describeEntry(found)}`;
    out.result({ event: 'drift', path: shown, indexed, found }, line);
  }
  const drifted = drift.length;
  const verdict = drifted === 0 ? 'all as the index says' : `${grouped(drifted)} differed from the index`;
  out.result({ event: 'verified', checked, drift: drifted }, `${plural(checked, 'path')} checked, ${verdict}`);
  if (drifted > 0) exitWith(EXIT.remaining);
}
