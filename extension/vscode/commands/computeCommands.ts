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
import type { CommandHandlers } from './commandIds.ts';
import { askText } from './input.ts';
import { clientOf, pickServer } from './pickServer.ts';
import type { Services } from './services.ts';
import { showText } from './showText.ts';

/** Small calculations, answered by the server on the call. */
export function computeCommands({ servers, messenger }: Services): Pick<CommandHandlers, 'addNumbers' | 'sortValues'> {
  return {
    async addNumbers(argument) {
      const { values } = await valuesFrom(argument, 'Add Numbers', parseNumbers);
      const client = await clientOf(servers, await pickServer(servers));
      const { result } = await client.request(compute.add, { values });
      messenger.inform(`The sum is ${result}.`, copyOffer(String(result)));
      return result;
    },

    async sortValues(argument) {
      const { values, selected } = await valuesFrom(argument, 'Sort Values', parseSortable);
      const client = await clientOf(servers, await pickServer(servers));
      const { result } = await client.request(compute.sort, sortParams(values));
      if (!selected) {
        await showText(
          messenger,
          'Sorted',
          valuesText(result, result.some((value) => /\s/.test(String(value))) ? ', ' : ' '),
        );
        return result;
      }
      messenger.inform(`Sorted ${values.length} values.`, copyOffer(valuesText(result, '\n')), {
        label: 'Replace Selection',
        run: () => void replaceSelection(selected, valuesText(result, selected.separator)),
      });
      return result;
    },
  };
}

interface Selected {
  readonly editor: vscode.TextEditor;
  readonly range: vscode.Selection;
  readonly separator: string;
}

/** Values from the caller, else from the editor's selection, else from an input box that says what is wrong as one types. */
async function valuesFrom(
  argument: unknown,
  title: string,
  parse: (text: string) => ParsedValues,
): Promise<{ readonly values: readonly Value[]; readonly selected?: Selected }> {
  if (Array.isArray(argument)) return { values: valuesOf(parse(argument.map(String).join('\n'))) };
  if (typeof argument === 'string') return { values: valuesOf(parse(argument)) };
  const editor = vscode.window.activeTextEditor;
  if (editor && !editor.selection.isEmpty) {
    const text = editor.document.getText(editor.selection);
    const separator = text.trim().includes('\n') ? '\n' : text.includes(',') ? ', ' : ' ';
    return { values: valuesOf(parse(text)), selected: { editor, range: editor.selection, separator } };
  }
  const text = await askText({
    title: `Syncline: ${title}`,
    prompt: 'Separate values with blanks or commas.',
    check: (typed) => {
      const parsed = parse(typed);
      return parsed.kind === 'fault' ? parsed.message : undefined;
    },
  });
  return { values: valuesOf(parse(text)) };
}

function valuesOf(parsed: ParsedValues): readonly Value[] {
  if (parsed.kind === 'fault')
    throw new SynclineError('InvalidParams', parsed.message, { data: { index: parsed.index } });
  return parsed.values;
}

async function replaceSelection({ editor, range, separator }: Selected, text: string): Promise<void> {
  const before = editor.document.getText(range);
  const end = separator === '\n' && before.endsWith('\n') ? '\n' : '';
  await editor.edit((edit) => edit.replace(range, text + end));
}

const copyOffer = (text: string) => ({ label: 'Copy', run: () => void vscode.env.clipboard.writeText(text) });
