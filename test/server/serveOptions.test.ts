import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ServeFlags, type ServeOptions, serveOptions } from '../../server/serveOptions.ts';
import { authorityOf, parseListenAddress, reachable } from '../../server/transport/listenAddress.ts';
import { isSynclineError } from '../support/errors.ts';

const options = (directory: string | undefined, flags: ServeFlags = {}): ServeOptions =>
  serveOptions(directory, flags, { cwd: '/work', stderrIsTerminal: false });

test('without options ./syncline-files is the share “files”, on loopback, with its state inside', () => {
  const { shares, stateDirectory, tokenFile, listen, metrics, logLevel, tls } = options(undefined);
  assert.deepEqual(
    { shares, stateDirectory, tokenFile, listen, metrics, logLevel, tls },
    {
      shares: [{ name: 'files', directory: '/work/syncline-files', stateDirectory: '/work/syncline-files/.syncline' }],
      stateDirectory: '/work/syncline-files/.syncline',
      tokenFile: '/work/syncline-files/.syncline/token',
      listen: { host: '127.0.0.1', port: 4848 },
      metrics: { host: '127.0.0.1', port: 4849 },
      logLevel: 'info',
      tls: null,
    },
  );
});

test('further shares have a name, and their state beside their files or together', () => {
  const shown = (served: ServeOptions): string[] =>
    served.shares.map(({ name, directory, stateDirectory }) => `${name} ${directory} ${stateDirectory}`);
  assert.deepEqual(shown(options('a', { share: ['b=/x/b', 'c=c'] })), [
    'files /work/a /work/a/.syncline',
    'b /x/b /x/b/.syncline',
    'c /work/c /work/c/.syncline',
  ]);
  assert.deepEqual(shown(options('a', { share: ['b=/x/b'], state: 's' })), [
    'files /work/a /work/s',
    'b /x/b /work/s/shares/b',
  ]);
  assert.deepEqual(shown(options(undefined, { share: ['b=/x/b'] })), ['b /x/b /x/b/.syncline']);
});

test('over stdio there is no listener unless one is asked for', () => {
  assert.deepEqual([options('a', { stdio: true }).listen, options('a', { stdio: true }).metrics], [null, null]);
  assert.deepEqual(options('a', { stdio: true, listen: '[::1]:0' }).listen, { host: '::1', port: 0 });
  assert.equal(options('a', { metrics: 'off' }).metrics, null);
});

test('listening beyond this machine needs TLS, or the word that it does not', () => {
  for (const listen of ['0.0.0.0:4848', '[::]:4848', 'box.lan:4848', '192.168.1.5:1']) {
    assert.throws(() => options('a', { listen }), isSynclineError('Usage', { message: /--tls-cert .* --insecure/ }));
    assert.equal(options('a', { listen, insecure: true }).listen?.port, Number(listen.split(':').at(-1)));
  }
  for (const listen of ['localhost:4848', '127.1.2.3:4848', '[::1]:4848', '4848']) assert.ok(options('a', { listen }));
});

test('how much history is kept can be said in days, versions and bytes; else the store decides', () => {
  assert.deepEqual(options('a').retention, {});
  const { retention } = options('a', { historyDays: '7', historyVersions: '10', historySize: '500MB' });
  assert.deepEqual(retention, { historyAgeMs: 7 * 24 * 3600 * 1000, historyVersions: 10, historyBytes: 500_000_000 });
  const sizes = ['1000', '1 KB', '1.5GB', '5GiB', '2t'].map(
    (historySize) => options('a', { historySize }).retention.historyBytes,
  );
  assert.deepEqual(sizes, [1000, 1000, 1_500_000_000, 5 * 1024 ** 3, 2_000_000_000_000]);
});

test('what is wrong is said in a sentence that names the option', () => {
  const refused: [ServeFlags, RegExp][] = [
    [{ listen: 'nonsense' }, /--listen takes HOST:PORT, not “nonsense”/],
    [{ listen: '127.0.0.1:70000' }, /--listen/],
    [{ listen: '[::1:5' }, /--listen/],
    [{ listen: '[127.0.0.1]:5' }, /--listen/],
    [{ metrics: 'on' }, /--metrics takes HOST:PORT/],
    [{ share: ['b'] }, /--share takes NAME=DIR, not “b”/],
    [{ share: ['b='] }, /--share/],
    [{ share: ['=dir'] }, /--share/],
    [{ share: ['a/b=dir'] }, /--share/],
    [{ share: ['Files=b'] }, /two shares “Files”/],
    [{ share: ['b=a/inner'] }, /overlap/],
    [{ share: ['b=.'] }, /overlap/],
    [{ logLevel: 'loud' }, /--log-level takes debug, info, warn, error, silent, not “loud”/],
    [{ tlsCert: 'cert.pem' }, /--tls-cert and --tls-key go together/],
    [{ tlsCert: '/no/cert.pem', tlsKey: '/no/key.pem' }, /read \/no\/cert.pem: it is not there/],
    [{ historyDays: '0' }, /--history-days takes a whole number from 1 on, not “0”/],
    [{ historyVersions: 'all' }, /--history-versions takes a whole number/],
    [{ historySize: 'much' }, /--history-size takes a size such as 500MB or 5GB, not “much”/],
    [{ helloDeadline: 'soon' }, /--hello-deadline takes milliseconds, not “soon”/],
  ];
  for (const [flags, message] of refused) {
    assert.throws(() => options('a', flags), isSynclineError('Usage', { message }), JSON.stringify(flags));
  }
});

test('an address that stands for all is told as one that can be reached', () => {
  const shown = (text: string): string => authorityOf(reachable(parseListenAddress(text, '--listen')));
  assert.deepEqual(['0.0.0.0:1', '[::]:1', '[::1]:1', 'box.lan:1', '4848'].map(shown), [
    '127.0.0.1:1',
    '[::1]:1',
    '[::1]:1',
    'box.lan:1',
    '127.0.0.1:4848',
  ]);
});
