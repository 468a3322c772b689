// What a suite in the extension host knows of the run around it. Handed over in environment variables.

export interface SuiteEnvironment {
  /** The repository: a suite's own place in it is lost in the bundle. */
  readonly root: string;
  /** A real Node.js, to start `dist/server.cjs` and `dist/cli.cjs` with; on the desktop process.execPath is none. */
  readonly node: string;
  /** Where the results go. */
  readonly resultsFile: string;
  /** Only tests whose full name contains this run. */
  readonly only: string;
}

const NAMES: Readonly<Record<keyof SuiteEnvironment, string>> = {
  root: 'SYNCLINE_TEST_ROOT',
  node: 'SYNCLINE_TEST_NODE',
  resultsFile: 'SYNCLINE_TEST_RESULTS',
  only: 'SYNCLINE_TEST_ONLY',
};

export const environment: SuiteEnvironment = {
  root: process.env[NAMES.root] ?? '',
  node: process.env[NAMES.node] ?? '',
  resultsFile: process.env[NAMES.resultsFile] ?? '',
  only: process.env[NAMES.only] ?? '',
};

export function toVariables(values: SuiteEnvironment): Record<string, string> {
  return Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [name, values[key as keyof SuiteEnvironment]]));
}
