import { nameOf, type WirePath } from '../../server/protocol/wirePath.ts';

/** Names of files that hold passwords, tokens or private keys as a rule. */
const SECRET_NAMES: readonly RegExp[] = [
  /^\.env(?:\..+)?$/i,
  /^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/i,
  /\.(?:pem|key|ppk|p12|pfx|jks|keystore|kdbx)$/i,
  /^(?:sftp\.json|[._]netrc|\.pgpass|\.my\.cnf|\.htpasswd|\.git-credentials)$/i,
];
/** Templates of them, which belong into every checkout. */
const TEMPLATE = /\.(?:example|sample|template|dist|defaults?)$/i;

/** Whether a person should be asked before the file leaves their machine for the first time; judged by its name alone. */
export function looksSecret(path: WirePath): boolean {
  const name = nameOf(path);
  return !TEMPLATE.test(name) && SECRET_NAMES.some((pattern) => pattern.test(name));
}
