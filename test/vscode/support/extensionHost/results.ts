// What a run in the extension host leaves on disk: the proof that it came to its end.

export interface TestResult {
  readonly name: string;
  readonly ms: number;
  /** Message and stack of what went wrong; absent when the test passed. */
  readonly error?: string;
}

export interface TestResults {
  readonly passed: number;
  readonly failed: number;
  readonly tests: readonly TestResult[];
}

/** Marks the report's lines among everything else that VS Code prints. */
export const REPORT_MARK = 'suite| ';
/** Marks the launcher's word on why a run ended early. */
export const REASON_MARK = 'VS Code ended early: ';
