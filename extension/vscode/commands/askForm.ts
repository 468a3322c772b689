import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Field } from '../../../server/protocol/messages/jobs.ts';
import {
  fieldLabel,
  type FormValues,
  openFields,
  readTyped,
  typedText,
  valueText,
  withValue,
} from '../jobs/jobForm.ts';
import { askOne, askText } from './input.ts';

export interface Form {
  readonly title: string;
  readonly fields: readonly Field[];
  /** What is filled in already; fields in here are not asked for one by one. */
  readonly initial?: FormValues;
  /** What an input box begins with. */
  readonly suggest: (field: Field, values: FormValues) => unknown;
  readonly shares: readonly string[];
}

/**
 * Fills in a form: what is required is asked for one by one, then everything is shown to be changed or submitted.
 * @throws SynclineError `Cancelled`
 */
export async function askForm(form: Form): Promise<FormValues> {
  const { fields, initial = {} } = form;
  let values = initial;
  const open = openFields(fields, values);
  for (const [at, field] of open.entries()) {
    const step = open.length > 1 ? ` (${at + 1}/${open.length})` : '';
    values = withValue(
      fields,
      values,
      field,
      await askField({ ...form, title: `${form.title}${step}` }, field, values),
    );
  }
  const hasOptions = fields.some(({ required }) => !required) || Object.keys(initial).length > 0;
  return hasOptions ? showForm(form, values) : values;
}

interface FormItem extends vscode.QuickPickItem {
  readonly field?: Field;
}

const SUBMIT: FormItem = { label: l10n.t('$(play) Submit'), alwaysShow: true };

async function showForm(form: Form, begun: FormValues): Promise<FormValues> {
  let values = begun;
  for (;;) {
    const shown = values;
    const rows = form.fields.map((field) => ({
      label: fieldLabel(field),
      description: valueText(field, shown[field.name]),
      detail: field.description,
      field,
    }));
    const separator = { label: l10n.t('Parameters'), kind: vscode.QuickPickItemKind.Separator };
    const placeHolder = l10n.t('Submit, or choose a parameter to change it');
    const picked = await askOne<FormItem>([SUBMIT, separator, ...rows], { title: form.title, placeHolder });
    if (!picked.field) return values;
    const { field } = picked;
    values = await changed(form, field, values);
  }
}

/** A question that is dismissed leaves the form as it was. */
async function changed(form: Form, field: Field, values: FormValues): Promise<FormValues> {
  try {
    return withValue(form.fields, values, field, await askField(form, field, values));
  } catch (error) {
    if (SynclineError.from(error).code === 'Cancelled') return values;
    throw error;
  }
}

async function askField(form: Form, field: Field, values: FormValues): Promise<unknown> {
  const { title, shares } = form;
  const placeHolder = field.description;
  switch (field.kind) {
    case 'switch':
      return values[field.name] !== true;
    case 'share': {
      const [only] = shares;
      if (shares.length === 1 && values[field.name] !== only) return only;
      return (await askOne(items(shares), { title, placeHolder })).label;
    }
    case 'choice': {
      const none = field.required ? [] : [{ label: l10n.t('default'), value: undefined }];
      const choices = (field.choices ?? []).map((label) => ({ label, value: label }));
      return (
        await askOne<vscode.QuickPickItem & { value: string | undefined }>([...none, ...choices], {
          title,
          placeHolder,
        })
      ).value;
    }
    case 'numbers':
    case 'values':
    case 'path':
    case 'integer':
    case 'text': {
      const known = values[field.name] ?? form.suggest(field, values);
      const text = await askText({
        title,
        prompt: promptOf(field),
        ...(known !== undefined && { value: typedText(known) }),
        check: (typed) => {
          const read = readTyped(field, typed);
          return 'fault' in read ? read.fault : undefined;
        },
      });
      const read = readTyped(field, text);
      if ('fault' in read) throw new SynclineError('InvalidParams', read.fault);
      return read.value;
    }
  }
}

const items = (labels: readonly string[]): vscode.QuickPickItem[] => labels.map((label) => ({ label }));

const promptOf = ({ kind, description, name }: Field): string =>
  kind === 'numbers' || kind === 'values'
    ? l10n.t('{0} Values, separated by blanks or commas; or a list as JSON.', description)
    : description || l10n.t('Value of {0}', name);
