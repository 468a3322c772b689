import type { JobService } from '../jobs/jobService.ts';
import type { OperationCalls } from '../jobs/operationCalls.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Limits } from '../protocol/messages/session.ts';
import type { Share } from '../store/share.ts';
import type { AttemptGuard } from './attemptGuard.ts';
import type { TokenStore } from './tokenStore.ts';

/** What every session of a server works with. */
export interface Services {
  /** `id` stays the same over restarts. */
  readonly server: { readonly name: string; readonly version: string; readonly id: string };
  readonly shares: ReadonlyMap<string, Share>;
  readonly jobs: JobService;
  readonly calls: OperationCalls;
  readonly tokens: TokenStore;
  readonly guard: AttemptGuard;
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly log: Log;
}
