import * as v from 'valibot';
import { SynclineError } from '../protocol/errors.ts';
import { printable } from '../protocol/wirePath.ts';
import { isFileOperation, type Operation, type ReportFraction, type WorkFiles } from './operation.ts';
import { add } from './operations/add.ts';
import { sort } from './operations/sort.ts';
import { sortFile } from './operations/sortFile.ts';

/** The closed list of what a job can run. To add one: write it in `operations/` and name it here. */
export const OPERATIONS: readonly Operation[] = [add, sort, sortFile] as readonly Operation[];

/** Looks operations up by name and runs them on JSON text, which is how parameters and results are stored and sent. */
export class OperationRegistry {
  readonly operations: readonly Operation[];
  readonly #byName: ReadonlyMap<string, Operation>;

  constructor(operations: readonly Operation[] = OPERATIONS) {
    this.operations = operations;
    this.#byName = new Map(operations.map((operation) => [operation.name, operation]));
  }

  /** @throws SynclineError `UnknownOperation` */
  find(name: string): Operation {
    const operation = this.#byName.get(name);
    if (operation) return operation;
    const known = this.operations.map((each) => each.name).join(', ');
    throw new SynclineError('UnknownOperation', `There is no operation “${printable(name)}”; there are ${known}.`);
  }

  /** @throws SynclineError `UnknownOperation`, or `InvalidParams` naming the field. */
  check(name: string, params: unknown): void {
    checkShape(this.find(name), params);
  }

  /** @throws SynclineError also what the operation itself finds wrong. */
  run(name: string, paramsText: string, report: ReportFraction, files?: WorkFiles): string {
    const operation = this.find(name);
    const params = checkShape(operation, JSON.parse(paramsText));
    if (!isFileOperation(operation)) return JSON.stringify(operation.run(params, report));
    if (!files) throw new SynclineError('Unsupported', `“${name}” works on files and runs as a job only.`);
    return JSON.stringify(operation.run(params, report, files));
  }
}

function checkShape(operation: Operation, params: unknown): unknown {
  const outcome = v.safeParse(operation.params, params, { abortEarly: true });
  if (outcome.success) return outcome.output;
  const [issue] = outcome.issues;
  const field = v.getDotPath(issue) ?? undefined;
  const where = field === undefined ? 'The parameters' : `“${printable(field)}”`;
  throw new SynclineError('InvalidParams', `${where} of “${operation.name}”: ${issue.message}.`, {
    data: field === undefined ? {} : { field },
  });
}
