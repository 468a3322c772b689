import * as v from 'valibot';
import { numbers, values } from '../protocol/messages/compute.ts';
import type { Field } from '../protocol/messages/jobs.ts';
import type { Schema } from '../protocol/messages/message.ts';
import { count, share, wirePath } from '../protocol/messages/values.ts';

/** What this reads of a valibot schema. A pipe begins with the schema that it narrows. */
interface Node {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly wrapped?: Node;
  readonly options?: readonly string[];
  readonly pipe?: readonly Node[];
  readonly requirement?: unknown;
}

/** Schemas that mean more than their type says. */
const MEANINGS: ReadonlyMap<unknown, Field['kind']> = new Map<unknown, Field['kind']>([
  [numbers, 'numbers'],
  [values, 'values'],
  [share, 'share'],
  [wirePath, 'path'],
  [count, 'integer'],
]);

const KINDS: Readonly<Record<string, Field['kind']>> = { picklist: 'choice', boolean: 'switch', string: 'text' };

/**
 * The parameters of an operation, read from the schema that checks them, so that a form and the check cannot differ.
 * @throws Error for a schema that no form could show: a fault of the operation, found by its test.
 */
export function operationFields(params: Schema): Field[] {
  return Object.entries((params as unknown as Node).entries ?? {}).map(([name, entry]) => fieldOf(name, entry));
}

function fieldOf(name: string, entry: Node): Field {
  const required = entry.type !== 'optional';
  const node = required ? entry : (entry.wrapped ?? entry);
  const kind = kindOf(node);
  if (!kind) throw new Error(`The parameter ${name} is of a kind that no form shows.`);
  const bounds = kind === 'integer' || kind === 'text';
  return {
    name,
    kind,
    required,
    description: v.getDescription(node as unknown as v.GenericSchema) ?? '',
    ...(node.options && { choices: [...node.options] }),
    ...(bounds && optional('least', bound(node, kind === 'text' ? 'min_length' : 'min_value'))),
    ...(bounds && optional('most', bound(node, kind === 'text' ? 'max_length' : 'max_value'))),
  };
}

function kindOf(node: Node): Field['kind'] | undefined {
  const inner = node.pipe?.[0];
  return MEANINGS.get(node) ?? (inner && inner !== node ? kindOf(inner) : KINDS[node.type]);
}

/** The last of several bounds is the narrowest. */
function bound(node: Node, type: string): number | undefined {
  const own = node.pipe?.findLast((step) => step.type === type)?.requirement;
  if (typeof own === 'number') return own;
  const inner = node.pipe?.[0];
  return inner && inner !== node ? bound(inner, type) : undefined;
}

const optional = (key: 'least' | 'most', value: number | undefined) => (value === undefined ? {} : { [key]: value });
