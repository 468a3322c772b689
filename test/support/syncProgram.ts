// Syncs once, as a process of its own that a test may kill: node syncProgram.ts URL TOKEN ROOT STATE MODE. Writes a dot for
// every step of progress.
import { writeSync } from 'node:fs';
import { systemClock } from '../../extension/connect/clock.ts';
import { connect } from '../../extension/connect/connect.ts';
import { Connection } from '../../extension/connect/connection.ts';
import { isMode } from '../../extension/sync/reconcile/mode.ts';
import { TargetSync } from '../../extension/sync/syncTarget.ts';

const [url = '', token = '', root = '', stateDirectory = '', mode = ''] = process.argv.slice(2);
if (!isMode(mode)) throw new Error(`“${mode}” is no mode.`);
const provider = new Connection({
  connect: (signal) => connect({ url, token, clientName: 'test', clientVersion: '1' }, { signal }),
  share: 'files',
  keepTrying: false,
  clock: systemClock,
});
const target = await TargetSync.open({ root, share: 'files', mode, stateDirectory, provider });
await target.syncOnce({ onProgress: () => void writeSync(1, '.') });
await target.close();
provider.close();
