import { countText } from '../files/sizeText.ts';
import { type TargetStatus, worst } from './targetStatus.ts';

/** One target as the status bar and the Targets view show it. */
export interface ShownTarget {
  /** Name of the workspace folder. */
  readonly name: string;
  /** `ws://host:port/share/dir`. */
  readonly label: string;
  readonly mode: string;
  readonly status: TargetStatus;
  /** Whether it is marked as production. */
  readonly isProduction: boolean;
}

/** A place that a person is connected to. */
export interface ShownPlace {
  readonly label: string;
  readonly isProduction: boolean;
}

/** How production is called wherever a target is named. */
export const PRODUCTION = 'PRODUCTION';

export interface StatusBarText {
  /** With codicons. */
  readonly text: string;
  /** For a screen reader: the same without icons, with the state in words. */
  readonly spoken: string;
  readonly tooltip: string;
  readonly severity: 'none' | 'warning' | 'error';
  /** What is named in it is production. */
  readonly isProduction: boolean;
}

/** State and target in a few characters; several targets show the one that most needs attention. */
export function statusBarText(
  targets: readonly ShownTarget[],
  connected: readonly ShownPlace[],
  isTrusted = true,
): StatusBarText {
  if (!isTrusted) return RESTRICTED;
  const shown = worst(targets);
  if (!shown) return withoutTargets(connected);
  const { icon, words, short, severity } = describe(shown.status);
  const isProduction = targets.some((target) => target.isProduction);
  const named = targets.length === 1 ? bare(shown.label) : countText(targets.length, 'target');
  const place = isProduction ? `${named} · ${PRODUCTION}` : named;
  const text = short === '' ? `$(${icon}) ${place}` : `$(${icon}) ${place}: ${short}`;
  const lines = targets.map(
    (target) =>
      `${target.name} ${ARROWS[target.mode] ?? '⇄'} ${target.label}${target.isProduction ? ` (${PRODUCTION})` : ''}: ${describe(target.status).words}`,
  );
  const tooltip = `Syncline\n${lines.join('\n')}`;
  return { text, spoken: `Syncline, ${place}, ${words}`, tooltip, severity, isProduction };
}

export const statusWords = (status: TargetStatus): string => describe(status).words;
export const statusIcon = (status: TargetStatus): string => describe(status).icon;

/** An address without its scheme, as people say it. */
export const bare = (label: string): string => label.replace(/^wss?:\/\//, '');

const ARROWS: Readonly<Record<string, string>> = { 'two-way': '⇄', push: '→', pull: '←', mirror: '⇒' };

const RESTRICTED: StatusBarText = {
  text: '$(shield) Syncline: restricted',
  spoken: 'Syncline, off in Restricted Mode',
  tooltip: 'Syncline: off in Restricted Mode. Nothing is connected to or synced until you trust this workspace.',
  severity: 'none',
  isProduction: false,
};

function withoutTargets(connected: readonly ShownPlace[]): StatusBarText {
  const [only] = connected;
  if (only === undefined) {
    const spoken = 'Syncline, not connected';
    const tooltip = 'Syncline: not connected';
    return { text: '$(sync-ignored) Syncline', spoken, tooltip, severity: 'none', isProduction: false };
  }
  const isProduction = connected.some((each) => each.isProduction);
  const named = connected.length === 1 ? bare(only.label) : countText(connected.length, 'place');
  const place = isProduction ? `${named} · ${PRODUCTION}` : named;
  const labels = connected.map(({ label }) => label).join(', ');
  const tooltip = `Syncline: connected to ${labels}; no folder of this workspace is synced`;
  const spoken = `Syncline, connected to ${place}`;
  return { text: `$(plug) ${place}`, spoken, tooltip, severity: 'none', isProduction };
}

interface Description {
  readonly icon: string;
  readonly words: string;
  /** Behind the target in the status bar; empty where the icon says it all. */
  readonly short: string;
  readonly severity: StatusBarText['severity'];
}

function describe(status: TargetStatus): Description {
  switch (status.kind) {
    case 'inSync':
      return { icon: 'check', words: 'in sync', short: '', severity: 'none' };
    case 'syncing':
      return { icon: 'sync~spin', words: 'syncing', short: '', severity: 'none' };
    case 'paused':
      return { icon: 'debug-pause', words: 'auto-sync is paused', short: 'paused', severity: 'none' };
    case 'manual':
      return { icon: 'circle-outline', words: 'auto-sync is off', short: 'manual', severity: 'none' };
    case 'restricted':
      return { icon: 'shield', words: 'not synced in Restricted Mode', short: 'restricted', severity: 'none' };
    case 'offline':
      return { icon: 'debug-disconnect', words: `offline: ${status.message}`, short: 'offline', severity: 'warning' };
    case 'conflicts':
      return both('git-merge', countText(status.count, 'conflict'), 'warning');
    case 'problems':
      return both('warning', countText(status.count, 'problem'), 'none');
    case 'asksConsent':
      return {
        icon: 'question',
        words: 'waits for your consent to its address',
        short: 'consent?',
        severity: 'warning',
      };
    case 'asksWrite':
      return {
        icon: 'question',
        words: 'waits for your word before it writes to production',
        short: 'write?',
        severity: 'warning',
      };
    case 'asksFirstSync':
      return {
        icon: 'question',
        words: 'waits for your word on the first sync',
        short: 'first sync?',
        severity: 'warning',
      };
    case 'stopped':
      return { icon: 'error', words: `stopped: ${status.message}`, short: 'stopped', severity: 'error' };
    case 'failed':
      return { icon: 'error', words: status.message, short: 'failed', severity: 'error' };
  }
}

const both = (icon: string, words: string, severity: Description['severity']): Description => ({
  icon,
  words,
  short: words,
  severity,
});
