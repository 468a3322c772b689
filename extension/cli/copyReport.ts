import { printable } from '../../server/protocol/wirePath.ts';
import type { CopiedFolder } from '../connect/copy/uploadFolder.ts';
import type { Cli } from './cli.ts';
import { EXIT } from './exitStatus.ts';
import { formatBytes, grouped, plural } from './output/format.ts';

/** Tells how copying a folder ended; the exit status says whether problems remain. */
export function reportFolder({ out, exitWith }: Cli, what: 'uploaded' | 'downloaded', copied: CopiedFolder): void {
  for (const { path, code, message } of copied.problems) {
    out.event({ event: 'problem', path, code, message });
    out.note(`${out.style('yellow', 'Problem:')} ${printable(path)}: ${message}`);
  }
  const { copied: files, same, bytes, problems } = copied;
  const left = problems.length === 0 ? '' : `, ${plural(problems.length, 'problem')}`;
  out.result(
    { event: what, files, same, bytes, problems: problems.length },
    `${plural(files, 'file')} ${what} (${formatBytes(bytes)}), ${grouped(same)} unchanged${left}`,
  );
  if (problems.length > 0) exitWith(EXIT.remaining);
}
