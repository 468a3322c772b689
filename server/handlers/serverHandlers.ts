import type { ServerHandlers } from '../session/callContext.ts';
import type { Services } from '../session/services.ts';
import { computeHandlers } from './compute.ts';
import { contentHandlers } from './content.ts';
import { filesHandlers } from './files.ts';
import { jobsHandlers } from './jobs.ts';
import { sessionHandlers } from './session.ts';

/** One handler for every request to a server; a missing one does not compile. */
export const serverHandlers = (services: Services): ServerHandlers => ({
  ...sessionHandlers(services),
  ...filesHandlers(services),
  ...contentHandlers(services),
  ...computeHandlers(services),
  ...jobsHandlers(services),
});
