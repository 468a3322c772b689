import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMAND_NAMES, commandId } from '../../../extension/vscode/commands/commandIds.ts';
import { suite, test } from '../support/extensionHost/suite.ts';
import { activate } from './editor.ts';

suite('Commands', () => {
  test('all of them are there once the extension runs', async () => {
    await activate();
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      COMMAND_NAMES.map(commandId).filter((id) => !known.has(id)),
      [],
    );
  });
});
