import type { ConfiguredTarget } from './targetSettings.ts';

/** Whether an address may be used without asking, must be asked for, or was turned down in this session. */
export type Consent = 'given' | 'ask' | 'refused';

/**
 * A repository can bring settings with it, and with them an address that its files would be sent to. So an address that comes
 * from a workspace's or a folder's settings needs a person's word, once per folder and address. What the person wrote into
 * their own settings is their word already.
 */
export function consentFor(
  target: ConfiguredTarget,
  given: ReadonlySet<string>,
  refused: ReadonlySet<string>,
): Consent {
  if (target.level === 'user') return 'given';
  const key = consentKey(target);
  if (given.has(key)) return 'given';
  return refused.has(key) ? 'refused' : 'ask';
}

export const consentKey = ({ folder, address }: Pick<ConfiguredTarget, 'folder' | 'address'>): string =>
  `${folder.path}\n${address.label}`;
