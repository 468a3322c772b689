import * as files from '../../../server/protocol/messages/files.ts';
import type { ParamsOf, RequestMessage, ResultOf } from '../../../server/protocol/messages/message.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import type { CallOptions, ServerClient, UploadContent } from '../../connect/serverClient.ts';

/** Resolves when these paths of a share (undefined: all of it) may be written to. @throws SynclineError `Cancelled` */
export type RequireWrite = (share: string, paths: readonly (WirePath | undefined)[]) => Promise<void>;

/** A client that asks before it changes what a share holds. Contents that are only staged change nothing. */
export function guardedClient(client: ServerClient, requireWrite: RequireWrite): ServerClient {
  const guarded: Pick<ServerClient, 'request' | 'uploadAndCommit'> = {
    async request<M extends RequestMessage>(
      message: M,
      params: ParamsOf<M>,
      options?: CallOptions,
    ): Promise<ResultOf<M>> {
      const written = writtenBy(message, params);
      if (written) await requireWrite(written.share, written.paths);
      return client.request(message, params, options);
    },
    async uploadAndCommit(share, contents: readonly UploadContent[], commit, options) {
      await requireWrite(share, commit.operations.flatMap(pathsOf));
      return client.uploadAndCommit(share, contents, commit, options);
    },
  };
  // the client keeps its state in private fields, so its own methods must run on itself
  return new Proxy(client, {
    get(target, name) {
      if (name === 'request' || name === 'uploadAndCommit') return guarded[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** What a call writes to; undefined for one that only reads. */
function writtenBy(
  { method }: RequestMessage,
  params: unknown,
): { readonly share: string; readonly paths: readonly (WirePath | undefined)[] } | undefined {
  switch (method) {
    case files.commit.method: {
      const { share, operations } = params as ParamsOf<typeof files.commit>;
      return { share, paths: operations.flatMap(pathsOf) };
    }
    case files.restore.method: {
      const { share, path, to } = params as ParamsOf<typeof files.restore>;
      return { share, paths: [to ?? path] };
    }
    case files.purge.method: {
      const { share, path } = params as ParamsOf<typeof files.purge>;
      return { share, paths: [path] };
    }
    default:
      return undefined;
  }
}

const pathsOf = (operation: files.Operation): WirePath[] =>
  operation.kind === 'rename' ? [operation.from, operation.to] : [operation.path];
