import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import * as compute from '../../../server/protocol/messages/compute.ts';
import {
  type ParsedValues,
  parseNumbers,
  parseSortable,
  sortParams,
  type Value,
  valuesText,
} from '../compute/parseValues.ts';
import { replaceSelections, selectedText, selectedTexts } from '../compute/selection.ts';
import { allNumbers, type SelectionValues, selectionValues, valuesOfMany } from '../compute/selectionValues.ts';
import type { CommandHandlers } from './commandIds.ts';
import { askText } from './input.ts';
import { clientOf, pickServer } from './pickServer.ts';
import type { Services } from './services.ts';
import { showText } from './showText.ts';

type Names = 'addNumbers' | 'sortValues' | 'sortDescending' | 'sortToEditor';
type Order = 'ascending' | 'descending';
type Sortable = Pick<SelectionValues, 'values' | 'numeric'>;

/**
 * Small calculations, answered by the server on the call. They take values from the caller, else from what is selected in the
 * editor, else from an input box that says what is wrong as one types.
 */
export function computeCommands({ servers, messenger }: Services): Pick<CommandHandlers, Names> {
  return {
    async addNumbers(argument) {
      const editor = vscode.window.activeTextEditor;
      const selected = argument === undefined ? selectedText(editor) : undefined;
      const values = await valuesFrom(argument ?? selected, l10n.t('Add Numbers'), parseNumbers);
      const client = await clientOf(servers, await pickServer(servers));
      const { result } = await client.request(compute.add, { values });
      const replace = { label: l10n.t('Replace Selection'), run: () => void put(editor, [String(result)]) };
      messenger.inform(
        l10n.t('The sum is {0}.', result),
        copyOffer(String(result)),
        ...(selected === undefined ? [] : [replace]),
      );
      return result;
    },

    sortValues: (argument) => sort(argument, 'ascending'),
    sortDescending: (argument) => sort(argument, 'descending'),

    async sortToEditor() {
      const selected = selectionValues(selectedText(vscode.window.activeTextEditor) ?? '');
      const result = await sortTexts(selected, 'ascending');
      await openText(selected.join(result));
      return result;
    },
  };

  async function sort(argument: unknown, order: Order): Promise<readonly Value[]> {
    const editor = vscode.window.activeTextEditor;
    if (argument === undefined && editor && selectedTexts(editor).length > 0) return sortSelection(editor, order);
    const values = await valuesFrom(argument, l10n.t('Sort Values'), parseSortable);
    const client = await clientOf(servers, await pickServer(servers));
    const { result } = await client.request(compute.sort, { ...sortParams(values), order });
    await showText(
      messenger,
      l10n.t('Sorted'),
      valuesText(result, result.some((value) => /\s/.test(String(value))) ? ', ' : ' '),
    );
    return result;
  }

  /** What is selected is replaced as one step, unless it was changed meanwhile: then the result opens beside it. */
  async function sortSelection(editor: vscode.TextEditor, order: Order): Promise<readonly Value[]> {
    const { version } = editor.document;
    const texts = selectedTexts(editor);
    const many = texts.length > 1 ? valuesOfMany(texts) : undefined;
    if (texts.length > 1 && !many)
      throw new SynclineError('InvalidParams', l10n.t('Select one piece of text, or one value with each cursor.'));
    const selected = many
      ? { values: many, numeric: allNumbers(many), join: undefined }
      : selectionValues(texts[0] ?? '');
    const { values, join } = selected;
    const result = await sortTexts(selected, order);
    const replaced = editor.document.version === version && (await put(editor, join ? [join(result)] : result, false));
    if (!replaced) {
      await openText(join ? join(result) : result.join('\n'));
      messenger.inform(
        l10n.t('The text may not be changed, or was changed meanwhile; the sorted values are in a new editor.'),
      );
    } else
      vscode.window.setStatusBarMessage(l10n.t('$(check) Sorted {0} values', values.length.toLocaleString('en')), 5000);
    return result;
  }

  /** Texts stay as they are written: numbers are compared by what they are worth, others as people read them. */
  async function sortTexts({ values, numeric }: Sortable, order: Order): Promise<string[]> {
    if (values.length === 0)
      throw new SynclineError('InvalidParams', l10n.t('Nothing is selected that could be sorted.'));
    const client = await clientOf(servers, await pickServer(servers));
    const collation = numeric ? 'numeric' : 'natural';
    return (await client.request(compute.sort, { values, order, collation })).result.map(String);
  }

  async function put(editor: vscode.TextEditor | undefined, texts: readonly string[], tell = true): Promise<boolean> {
    const done = editor !== undefined && (await replaceSelections(editor, texts).then(undefined, () => false));
    if (!done && tell)
      messenger.warn(l10n.t('The selection could not be replaced: its editor is closed or read-only.'));
    return done;
  }
}

async function valuesFrom(
  argument: unknown,
  title: string,
  parse: (text: string) => ParsedValues,
): Promise<readonly Value[]> {
  if (Array.isArray(argument)) return valuesOf(parse(argument.map(String).join('\n')));
  if (typeof argument === 'string') return valuesOf(parse(argument));
  const text = await askText({
    title: `Syncline: ${title}`,
    prompt: l10n.t('Separate values with blanks or commas.'),
    check: (typed) => {
      const parsed = parse(typed);
      return parsed.kind === 'fault' ? parsed.message : undefined;
    },
  });
  return valuesOf(parse(text));
}

function valuesOf(parsed: ParsedValues): readonly Value[] {
  if (parsed.kind === 'fault')
    throw new SynclineError('InvalidParams', parsed.message, { data: { index: parsed.index } });
  return parsed.values;
}

async function openText(content: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ content });
  await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside);
}

const copyOffer = (text: string) => ({ label: l10n.t('Copy'), run: () => void vscode.env.clipboard.writeText(text) });
