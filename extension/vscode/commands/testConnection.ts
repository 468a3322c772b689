import * as l10n from '@vscode/l10n';
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
        l10n.t('{0} answers in {1} ms', url, best < 10 ? best.toFixed(1) : Math.round(best)),
        `${printable(server.name)} ${printable(server.version)}`,
        l10n.t('token “{0}” may {1}', printable(token.name), token.rights.join(', ')),
        l10n.t('shares: {0}', shares.map(({ name }) => name).join(', ') || 'none'),
      ].join('; ');
      messenger.inform(`${told}.`);
      return told;
    },
  };
}
