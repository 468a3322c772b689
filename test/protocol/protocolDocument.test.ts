import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { MAX_NAME_BYTES, MAX_PATH_BYTES } from '../../server/protocol/wirePath.ts';
import { generatedSections } from '../support/protocolDocument.ts';

const FILE = 'server/protocol/PROTOCOL.md';
const sectionPattern = (name: string): RegExp => new RegExp(`(<!-- ${name}: [^>]*-->\\n)([^]*?)(<!-- end -->)`);

/** `node --test --test-update-snapshots test/protocol/protocolDocument.test.ts` writes the sections anew. */
if (process.execArgv.includes('--test-update-snapshots')) {
  let document = readFileSync(FILE, 'utf8');
  for (const [name, text] of generatedSections()) {
    document = document.replace(sectionPattern(name), (_, start, _old, end) => `${start}\n${text}\n\n${end}`);
  }
  writeFileSync(FILE, document);
}

describe('PROTOCOL.md', () => {
  const document = readFileSync(FILE, 'utf8');

  for (const [name, text] of generatedSections()) {
    test(`says of ${name} what the code says; see this file for how to write it anew`, () => {
      assert.equal(sectionPattern(name).exec(document)?.[2]?.trim(), text);
    });
  }

  test('names no method, error or limit that does not exist', () => {
    const generated = [...generatedSections().values()].join('\n');
    const prose = [...generatedSections().keys()].reduce(
      (text, name) => text.replace(sectionPattern(name), ''),
      document,
    );
    for (const [, method] of prose.matchAll(/`((?:session|files|content|compute|jobs)\/\w+)[` ]/g)) {
      assert.ok(generated.includes(`### ${method}\n`), method);
    }
    for (const [, name] of prose.matchAll(/`([A-Z]\w+)`/g)) {
      assert.ok(generated.includes(`\`${name}\``) || generated.includes(`### ${name}\n`), name);
    }
  });

  test('says how long a path may be', () => {
    assert.ok(document.includes(`longer than ${MAX_NAME_BYTES} bytes`));
    assert.ok(document.includes(`at most ${MAX_PATH_BYTES.toLocaleString('en')} bytes`));
  });
});
