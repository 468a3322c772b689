import * as session from '../../../server/protocol/messages/session.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { CommandHandlers } from './commandIds.ts';
import { clientOf, pickServer } from './pickServer.ts';
import type { Services } from './services.ts';

/** Answers that are timed; the best of them is the least disturbed by what else is under way. */
const PROBES = 5;

/** Whether the server answers, how fast, who it is and what it lets this token do. */
export function testConnectionCommand({ servers, messenger }: Services): Pick<CommandHandlers, 'testConnection'> {
  return {
    /** Returns what it tells. */
    async testConnection(subject) {
      const url = typeof subject === 'string' ? subject : await pickServer(servers);
      const client = await clientOf(servers, url);
      let best = Infinity;
      for (let probe = 0; probe < PROBES; probe++) {
        const begun = performance.now();
        await client.request(session.probe, {});
        best = Math.min(best, performance.now() - begun);
      }
      const { server, token, shares } = client.server;
      const told = [
        `${url} answers in ${best < 10 ? best.toFixed(1) : Math.round(best)} ms`,
        `${printable(server.name)} ${printable(server.version)}`,
        `token “${printable(token.name)}” may ${token.rights.join(', ')}`,
        `shares: ${shares.map(({ name }) => name).join(', ') || 'none'}`,
      ].join('; ');
      messenger.inform(`${told}.`);
      return told;
    },
  };
}
