import type { Problem } from '../../protocol/problem.ts';
import { isWithin, type WirePath } from '../../protocol/wirePath.ts';

/** The paths of a share that cannot be synced, as of the last look at them. */
export class ShareProblems {
  #problems = new Map<string, Problem>();

  get size(): number {
    return this.#problems.size;
  }

  get(path: string): Problem | undefined {
    return this.#problems.get(path);
  }

  /** The first at a path or below it. */
  within(path: WirePath): Problem | undefined {
    for (const problem of this.#problems.values()) if (isWithin(problem.path as WirePath, path)) return problem;
    return undefined;
  }

  add(problem: Problem): void {
    this.#problems.set(problem.path, problem);
  }

  /** A path and what is below it is going to be looked at anew. */
  forget(path: WirePath): void {
    if (this.#problems.size === 0) return;
    for (const at of this.#problems.keys()) if (isWithin(at as WirePath, path)) this.#problems.delete(at);
  }

  replace(problems: Map<string, Problem>): void {
    this.#problems = problems;
  }
}
