import { ERRORS } from '../../server/protocol/errors.ts';
import * as limits from '../../server/protocol/limits.ts';
import {
  notificationsToClient,
  notificationsToServer,
  requestsToClient,
  requestsToServer,
} from '../../server/protocol/messages/api.ts';
import * as compute from '../../server/protocol/messages/compute.ts';
import * as content from '../../server/protocol/messages/content.ts';
import * as files from '../../server/protocol/messages/files.ts';
import * as jobs from '../../server/protocol/messages/jobs.ts';
import type { NotificationMessage, RequestMessage, Schema } from '../../server/protocol/messages/message.ts';
import * as progress from '../../server/protocol/messages/progress.ts';
import * as session from '../../server/protocol/messages/session.ts';
import * as values from '../../server/protocol/messages/values.ts';
import { SchemaText } from './schemaText.ts';
import { SourceComments } from './sourceComments.ts';

type Message = RequestMessage | NotificationMessage;

const MODULES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  values,
  session,
  files,
  content,
  compute,
  jobs,
  progress,
};

const comments = new Map(
  Object.keys(MODULES).map((name) => [name, new SourceComments(`server/protocol/messages/${name}.ts`)]),
);

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && 'method' in value && 'params' in value;
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'schema';

const API: readonly Message[] = [
  ...new Set<Message>(
    [requestsToServer, requestsToClient, notificationsToServer, notificationsToClient].flatMap((map) =>
      Object.values<Message>(map),
    ),
  ),
];

/** The parts of PROTOCOL.md that are written from the code, by the name of their marker. */
export function generatedSections(): ReadonlyMap<string, string> {
  return new Map([
    ['limits', limitsTable()],
    ['types', typeList()],
    ['messages', API.map(messageText).join('\n\n')],
    ['errors', errorsTable()],
  ]);
}

const VALUES: Readonly<Record<string, unknown>> = { ...limits };

function limitsTable(): string {
  const source = new SourceComments('server/protocol/limits.ts');
  const rows = source.constants().map((name) => {
    const value = VALUES[name];
    return `| ${'`'}${name}${'`'} | ${typeof value === 'number' ? value.toLocaleString('en') : JSON.stringify(value)} | ${source.of(name)} |`;
  });
  return ['| limit | value | |', '|---|--:|---|', ...rows].join('\n');
}

function errorsTable(): string {
  const rows = Object.entries(ERRORS).map(
    ([name, { code, retryable, actor, message }]) =>
      `| ${code} | ${'`'}${name}${'`'} | ${retryable ? 'yes' : 'no'} | ${actor} | ${message} |`,
  );
  return ['| number | name | retryable | who acts | message |', '|--:|---|---|---|---|', ...rows].join('\n');
}

/** Exported schemas that are not the params or result of one message have a name of their own. */
function namedTypes(): { name: string; module: string; constant: string; schema: Schema }[] {
  const ofMessages = new Set<unknown>(
    Object.values(MODULES)
      .flatMap((module) => Object.values(module).filter(isMessage))
      .flatMap((message) => ['params', 'result'].map((key) => (message as unknown as Record<string, unknown>)[key])),
  );
  ofMessages.delete(values.empty);
  return Object.entries(MODULES).flatMap(([module, exported]) =>
    Object.entries(exported).flatMap(([constant, schema]) =>
      isSchema(schema) && !ofMessages.has(schema)
        ? [{ name: constant.charAt(0).toUpperCase() + constant.slice(1), module, constant, schema }]
        : [],
    ),
  );
}

const TYPES = namedTypes();
/** What a check in code says of itself is no description. */
const DESCRIBED: Readonly<Record<string, string>> = {
  WirePath: 'A text: see “Paths and entries”.',
  ContentId: 'A text: the SHA-256 of the bytes, 64 lower-case hexadecimal digits.',
};
const text = new SchemaText(new Map(TYPES.map(({ schema, name }) => [schema, name])));

function typeList(): string {
  return TYPES.map(({ name, module, constant, schema }) => {
    const source = comments.get(module) as SourceComments;
    const about = source.of(constant);
    const options = (schema as unknown as { options?: readonly unknown[] }).options;
    const head = `### ${name}`;
    const described = DESCRIBED[name];
    if (described) return `${head}\n\n${described}`;
    const fields = text.fields(schema, (field) => source.ofField(constant, field));
    const body =
      fields.length > 0
        ? fields.join('\n')
        : options?.every(isSchema)
          ? options.map((option) => `- ${'`'}${text.inline(option)}${'`'}`).join('\n')
          : `${'`'}${text.spelled(schema)}${'`'}`;
    return [head, about, body].filter((part) => part !== '').join('\n\n');
  }).join('\n\n');
}

function messageText(message: Message): string {
  const [module, constant, source] = declared(message);
  const facts = [
    message.kind === 'request' ? 'request' : 'notification',
    { toServer: 'to the server', toClient: 'to the client', both: 'to either side' }[message.direction],
    ...(message.kind === 'request'
      ? [
          message.right ? `right ${'`'}${message.right}${'`'}` : 'no right',
          message.deadlineMs > 0
            ? `deadline ${message.deadlineMs.toLocaleString('en')} ms`
            : 'no deadline: the transfer’s stall limit ends it',
        ]
      : []),
  ];
  const part = (title: string, schema: Schema): string => {
    const own = Object.entries(MODULES[module] ?? {}).find(([, value]) => value === schema)?.[0] ?? constant;
    const fields = text.fields(schema, (field) => source.ofField(own, field));
    return fields.length > 0 ? `${title}:\n${fields.join('\n')}` : `${title}: none.`;
  };
  return [
    `### ${message.method}`,
    `*${facts.join(', ')}*`,
    source.of(constant),
    part('Params', message.params),
    message.kind === 'request' ? part('Result', message.result) : '',
  ]
    .filter((each) => each !== '')
    .join('\n\n');
}

function declared(message: Message): [module: string, constant: string, source: SourceComments] {
  for (const [module, exported] of Object.entries(MODULES)) {
    for (const [constant, value] of Object.entries(exported)) {
      if (value === message) return [module, constant, comments.get(module) as SourceComments];
    }
  }
  throw new Error(`${message.method} is declared nowhere.`);
}
