import { ERRORS, type ErrorName } from '../errors.ts';
import { MAX_JSON_DEPTH } from '../limits.ts';

export type MessageId = string | number;

/** A text frame, sorted. Only what is well formed goes on; `fault` is what is left to answer to the rest. */
export type IncomingMessage =
  | { readonly kind: 'request'; readonly id: MessageId; readonly method: string; readonly params: Params }
  | { readonly kind: 'response'; readonly id: MessageId; readonly body: ResponseBody }
  | { readonly kind: 'notification'; readonly method: string; readonly params: Params }
  | {
      readonly kind: 'fault';
      readonly code: ErrorName;
      readonly message: string;
      readonly answer: { id: MessageId | null } | null;
    };

export type Params = Readonly<Record<string, unknown>>;

export type ResponseBody =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } };

/**
 * Sorts one text frame. Everything that vscode-jsonrpc would choke on or leave unanswered ends here: batches, ids that are
 * null or no id, params by position, `$/cancelRequest` without an id, answers with neither result nor error.
 */
export function readMessage(text: string): IncomingMessage {
  if (nestsTooDeep(text)) return fault('InvalidRequest', 'The message nests too deep.', null);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fault('ParseError', ERRORS.ParseError.message, null);
  }
  if (Array.isArray(value)) return fault('InvalidRequest', 'Batches are not supported.', null);
  if (!isObject(value)) return fault('InvalidRequest', 'A message is an object.', null);
  const { id, method } = value;
  if (typeof method !== 'string') return readResponse(value);
  const validId = isId(id) ? id : null;
  const params = value['params'] ?? {};
  const isRequest = 'id' in value;
  const refuse = (code: ErrorName, message: string): IncomingMessage =>
    isRequest ? fault(code, message, validId) : { kind: 'fault', code, message, answer: null };
  if (value['jsonrpc'] !== '2.0') return refuse('InvalidRequest', '“jsonrpc” must be “2.0”.');
  if (isRequest && validId === null) return refuse('InvalidRequest', 'The id of a request is a text or a number.');
  if (!isObject(params)) return refuse('InvalidParams', 'Params are an object; by position they are not supported.');
  return validId === null ? { kind: 'notification', method, params } : { kind: 'request', id: validId, method, params };
}

function readResponse(value: Record<string, unknown>): IncomingMessage {
  const { id, result, error } = value;
  const refuse = (message: string): IncomingMessage => ({
    kind: 'fault',
    code: 'InvalidRequest',
    message,
    answer: null,
  });
  // an object that is neither a request nor an answer is taken for a request without a method
  if (result === undefined && !isObject(error)) {
    return fault('InvalidRequest', 'The message has no method.', isId(id) ? id : null);
  }
  if (!isId(id)) return refuse('The answer belongs to no request.');
  if (!isObject(error)) return { kind: 'response', id, body: { result } };
  const { code, message, data } = error;
  if (typeof code !== 'number' || typeof message !== 'string') return refuse('The error of the answer is malformed.');
  return { kind: 'response', id, body: { error: { code, message, data } } };
}

/** Counted on the text, before the parser builds anything from it. What opens has to close, so a short text cannot nest deep. */
function nestsTooDeep(text: string): boolean {
  if (text.length <= 2 * MAX_JSON_DEPTH) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // a string: on to its closing quote
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > MAX_JSON_DEPTH) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
      default:
    }
  }
  return false;
}

function endOfString(text: string, start: number): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

function fault(code: ErrorName, message: string, id: MessageId | null): IncomingMessage {
  return { kind: 'fault', code, message, answer: { id } };
}

const isId = (value: unknown): value is MessageId => typeof value === 'string' || Number.isSafeInteger(value);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
