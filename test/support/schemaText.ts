import type { Schema } from '../../server/protocol/messages/message.ts';

/** As much of a valibot schema as a description needs. */
interface Node {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly item?: Node;
  readonly items?: readonly Node[];
  readonly wrapped?: Node;
  readonly options?: readonly (Node | string)[];
  readonly literal?: unknown;
  readonly message?: unknown;
  readonly requirement?: unknown;
  readonly pipe?: readonly Node[];
}

/** Describes a schema in the manner of TypeScript; schemas that have a name are called by it. */
export class SchemaText {
  readonly #names: ReadonlyMap<unknown, string>;

  constructor(names: ReadonlyMap<unknown, string>) {
    this.#names = names;
  }

  /** One line, without comments: for the fields of an object within an object. */
  inline(schema: Schema): string {
    return this.#text(schema, true);
  }

  /** The same, spelled out even when the schema has a name. */
  spelled(schema: Schema): string {
    return this.#text(schema, false);
  }

  /** Lines `field: type`, each with its comment; empty for an object without fields. */
  fields(schema: Schema, commentOf: (field: string) => string): string[] {
    return Object.entries((schema as unknown as Node).entries ?? {}).map(([name, node]) => {
      const comment = commentOf(name);
      return `- ${'`'}${this.#field(name, node)}${'`'}${comment ? ` — ${comment}` : ''}`;
    });
  }

  #field(name: string, node: Node): string {
    const optional = node.type === 'optional' && node.wrapped && !this.#names.has(node);
    const isOptional = node.type === 'optional';
    return `${name}${isOptional ? '?' : ''}: ${this.#text(optional && node.wrapped ? node.wrapped : node, true)}`;
  }

  #text(node: Node, byName: boolean): string {
    const name = byName ? this.#names.get(undescribed(node)) : undefined;
    if (name) return name;
    switch (node.type) {
      case 'strict_object':
        return `{ ${Object.entries(node.entries ?? {})
          .map(([key, value]) => this.#field(key, value))
          .join(', ')} }`.replace('{  }', '{}');
      case 'array':
        return `${bracketed(this.#text(node.item as Node, true))}[]${range(node, 'min_length', 'max_length')}`;
      case 'strict_tuple':
        return `[${(node.items as Node[]).map((item) => this.#text(item, true)).join(', ')}]`;
      case 'nullable':
        return `${this.#text(node.wrapped as Node, true)} | null`;
      case 'optional':
        return this.#text(node.wrapped as Node, true);
      case 'union':
      case 'variant':
        return (node.options as Node[]).map((option) => this.#text(option, true)).join(' | ');
      case 'picklist':
        return (node.options as string[]).map((option) => `"${option}"`).join(' | ');
      case 'literal':
        return `"${String(node.literal)}"`;
      case 'string':
        return `text${range(node, 'min_length', 'max_length')}${this.#pattern(node)}`;
      case 'number':
        return `${steps(node).some((step) => /integer/.test(step.type)) ? 'integer' : 'number'}${range(node, 'min_value', 'max_value')}`;
      case 'boolean':
        return 'boolean';
      case 'custom':
        return String(node.message).replace(/^expected /, '');
      case 'unknown':
        return 'any JSON';
      default:
        throw new Error(`A schema of type ${node.type} has no description yet.`);
    }
  }

  #pattern(node: Node): string {
    const regex = steps(node).find((step) => step.type === 'regex');
    return regex ? ` ${String(regex.requirement)}` : '';
  }
}

/** A schema that only says more about another one, in a form, is that one. */
const undescribed = (node: Node): Node => {
  const [inner, ...more] = node.pipe ?? [];
  return inner && more.every(({ type }) => type === 'description') ? inner : node;
};

/** What a value has to pass, in order; a pipe may begin with a pipe. */
function steps(node: Node): readonly Node[] {
  return (node.pipe ?? []).flatMap((step, index) => (index === 0 && step !== node ? steps(step) : [step]));
}

const bracketed = (type: string): string => (type.includes('|') && !type.startsWith('{') ? `(${type})` : type);

function range(node: Node, min: string, max: string): string {
  // the last of several bounds is the narrowest
  const bound = (type: string) => steps(node).findLast((step) => step.type === type)?.requirement as number | undefined;
  const [least, most] = [bound(min), bound(max)];
  const group = (value: number): string => value.toLocaleString('en');
  if (most !== undefined) return ` (${group(least ?? 0)} to ${group(most)})`;
  return least === undefined ? '' : ` (from ${group(least)})`;
}
