import { systemClock } from '../../extension/connect/clock.ts';
import { connect } from '../../extension/connect/connect.ts';
import { Connection } from '../../extension/connect/connection.ts';

/** What an engine reaches a server's share “files” by. */
export const providerOf = ({ url, token }: { readonly url: string; readonly token: string }): Connection =>
  new Connection({
    connect: (signal) => connect({ url, token, clientName: 'bench', clientVersion: '1' }, { signal }),
    share: 'files',
    keepTrying: false,
    clock: systemClock,
  });
