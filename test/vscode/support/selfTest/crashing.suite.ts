import { test } from '../extensionHost/suite.ts';

test('ends the extension host', () => {
  process.kill(process.pid, 'SIGKILL');
});
