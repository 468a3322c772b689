import type * as v from 'valibot';

/** What a token may do. `admin` is for what cannot be undone, such as purging history. */
export type Right = 'read' | 'write' | 'compute' | 'admin';

/** Who may send a message. */
export type Direction = 'toServer' | 'toClient' | 'both';

export type Schema<T = unknown> = v.GenericSchema<unknown, T>;

/**
 * A call that is answered. `params` and `result` are checked at run time by whoever receives them. `right` is what the token
 * must carry (null: any authenticated session). `deadlineMs` is when a caller gives up unless it sets its own; long calls that
 * report progress are given a deadline between two signs of life instead.
 */
export interface RequestMessage<P = unknown, R = unknown> {
  readonly kind: 'request';
  readonly method: string;
  readonly direction: Direction;
  readonly right: Right | null;
  readonly params: Schema<P>;
  readonly result: Schema<R>;
  readonly deadlineMs: number;
}

/** A message that is not answered. */
export interface NotificationMessage<P = unknown> {
  readonly kind: 'notification';
  readonly method: string;
  readonly direction: Direction;
  readonly params: Schema<P>;
}

export type ParamsOf<M> = M extends { readonly params: Schema<infer P> } ? P : never;
export type ResultOf<M> = M extends { readonly result: Schema<infer R> } ? R : never;

interface RequestOptions<P, R> {
  readonly direction?: Direction;
  readonly right: Right | null;
  readonly params: Schema<P>;
  readonly result: Schema<R>;
  readonly deadlineMs?: number;
}

export function request<P, R>(method: string, options: RequestOptions<P, R>): RequestMessage<P, R> {
  return { kind: 'request', method, direction: 'toServer', deadlineMs: 30_000, ...options };
}

export function notification<P>(method: string, direction: Direction, params: Schema<P>): NotificationMessage<P> {
  return { kind: 'notification', method, direction, params };
}
