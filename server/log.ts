/** What parts of the server need of a log. `data` may name paths of the machine: the log stays on it. Never a token. */
export interface Log {
  debug(data: object, message: string): void;
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}
