import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';

const source = readFileSync(join(import.meta.dirname, '../.ci/nodeCheck.cjs'), 'utf8');

/** What the programs' first lines do on a Node of this version. */
function startOn(version: string): {
  readonly said: string;
  readonly status: number | undefined;
  readonly warnings: string[];
} {
  let said = '';
  let status: number | undefined;
  const warnings: string[] = [];
  const process = {
    version: `v${version}`,
    versions: { node: version },
    execPath: '/usr/bin/node',
    argv: ['/usr/bin/node', '/opt/syncline/cli.cjs'],
    exit: (code: number) => (status = code),
    emitWarning: (warning: string) => warnings.push(warning),
  };
  runInNewContext(source, { process, console: { error: (line: string) => (said += line) } });
  process.emitWarning('SQLite is an experimental feature and might change at any time');
  process.emitWarning('something else');
  return { said, status, warnings };
}

describe('the first lines of a program', () => {
  for (const version of ['18.20.0', '20.20.2', '22.14.9']) {
    test(`end Node ${version} with status 2 and say what to do`, () => {
      const { said, status } = startOn(version);
      assert.equal(status, 2);
      assert.match(
        said,
        /^Syncline needs Node 22\.15 or newer; this is v[\d.]+ \(\/usr\/bin\/node\)\. Install .*cli\.cjs$/,
      );
    });
  }

  for (const version of ['22.15.0', '23.0.0', '24.21.0', '26.1.0']) {
    test(`let Node ${version} go on, quiet about SQLite alone`, () => {
      assert.deepEqual(startOn(version), { said: '', status: undefined, warnings: ['something else'] });
    });
  }
});
