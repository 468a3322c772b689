import { useManyDiskThreads } from '../../server/protocol/disk/diskThreads.ts';
import { limitYoungGeneration } from '../../server/protocol/youngGeneration.ts';
import { runCli } from './runCli.ts';

useManyDiskThreads();
limitYoungGeneration();

// The composition root of `syncline`: everything below is given what it needs from here.
void runCli(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  // opened when somebody reads it: most commands never do, and it loads a good part of Node
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  onSignal: (signal, listener) => void process.on(signal, listener),
}).then((status) => {
  // what is still open (a socket saying goodbye) must not keep a finished command alive; the pipes are flushed first
  process.stderr.write('', () => process.stdout.write('', () => process.exit(status)));
});

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // the reader has seen enough, as in `syncline ls | head`
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
