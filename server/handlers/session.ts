import { SynclineError } from '../protocol/errors.ts';
import { PROTOCOL_VERSIONS } from '../protocol/limits.ts';
import { chooseVersion } from '../protocol/version.ts';
import type { ServerHandlers } from '../session/callContext.ts';
import type { Services } from '../session/services.ts';
import { LOCAL, type Session } from '../session/session.ts';
import type { TokenIdentity } from '../session/tokenStore.ts';

export function sessionHandlers(services: Services): Pick<ServerHandlers, 'hello' | 'probe'> {
  const { server, shares, limits } = services;
  return {
    async hello({ versions, token }, { session }) {
      if (session.isKnown) throw new SynclineError('InvalidRequest', 'The session has already said hello.');
      const version = chooseVersion(versions, PROTOCOL_VERSIONS);
      if (version === undefined) {
        throw new SynclineError('VersionMismatch', undefined, { data: { versions: PROTOCOL_VERSIONS } });
      }
      const identity = identify(services, session, token);
      session.admit(identity);
      const { name, rights } = identity;
      return {
        version,
        server,
        token: { name, rights },
        shares: [...shares.values()].map((share) => ({ name: share.name, ...share.cursor(), rights })),
        capabilities: { zstd: true },
        limits,
      };
    },

    // The request that asks is itself under way.
    probe: async (_params, { session }) => ({ busy: session.peer.busy - 1 }),
  };
}

/**
 * Who the token belongs to. Over stdio the other side is whoever started this process, and could read the token file anyway,
 * so it need not give a token; one that it gives has to be right.
 */
function identify({ tokens, guard, log }: Services, { from }: Session, token: string): TokenIdentity {
  if (from === null && token === '') return LOCAL;
  const address = from ?? 'stdio';
  guard.check(address);
  const identity = tokens.identify(token);
  if (!identity) {
    guard.failed(address);
    log.warn({ from: address }, 'token refused');
    throw new SynclineError('Unauthorized');
  }
  guard.succeeded(address);
  return identity;
}
