import * as l10n from '@vscode/l10n';
import { countText } from '../files/sizeText.ts';
import { type TargetStatus, worst } from './targetStatus.ts';
import { inWords } from '../messages/errorText.ts';

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
export const PRODUCTION = l10n.t('PRODUCTION');

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
  text: l10n.t('$(shield) Syncline: restricted'),
  spoken: l10n.t('Syncline, off in Restricted Mode'),
  tooltip: l10n.t(
    'Syncline: off in Restricted Mode. Nothing is connected to or synced until you trust this workspace.',
  ),
  severity: 'none',
  isProduction: false,
};

function withoutTargets(connected: readonly ShownPlace[]): StatusBarText {
  const [only] = connected;
  if (only === undefined) {
    const spoken = l10n.t('Syncline, not connected');
    const tooltip = l10n.t('Syncline: not connected');
    return { text: '$(sync-ignored) Syncline', spoken, tooltip, severity: 'none', isProduction: false };
  }
  const isProduction = connected.some((each) => each.isProduction);
  const named = connected.length === 1 ? bare(only.label) : countText(connected.length, 'place');
  const place = isProduction ? `${named} · ${PRODUCTION}` : named;
  const labels = connected.map(({ label }) => label).join(', ');
  const tooltip = l10n.t('Syncline: connected to {0}; no folder of this workspace is synced', labels);
  const spoken = l10n.t('Syncline, connected to {0}', place);
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
      return { icon: 'check', words: l10n.t('in sync'), short: '', severity: 'none' };
    case 'syncing':
      return { icon: 'sync~spin', words: l10n.t('syncing'), short: stepsText(status.steps), severity: 'none' };
    case 'paused':
      return { icon: 'debug-pause', words: l10n.t('auto-sync is paused'), short: l10n.t('paused'), severity: 'none' };
    case 'manual':
      return { icon: 'circle-outline', words: l10n.t('auto-sync is off'), short: l10n.t('manual'), severity: 'none' };
    case 'restricted':
      return {
        icon: 'shield',
        words: l10n.t('not synced in Restricted Mode'),
        short: l10n.t('restricted'),
        severity: 'none',
      };
    case 'offline':
      return {
        icon: 'debug-disconnect',
        words: offlineWords(status),
        short: l10n.t('offline'),
        severity: 'warning',
      };
    case 'conflicts':
      return both('git-merge', countText(status.count, 'conflict'), 'warning');
    case 'problems':
      return both('warning', countText(status.count, 'problem'), 'none');
    case 'asksConsent':
      return {
        icon: 'question',
        words: l10n.t('waits for your consent to its address'),
        short: l10n.t('consent?'),
        severity: 'warning',
      };
    case 'asksWrite':
      return {
        icon: 'question',
        words: l10n.t('waits for your word before it writes to production'),
        short: l10n.t('write?'),
        severity: 'warning',
      };
    case 'asksFirstSync':
      return {
        icon: 'question',
        words: l10n.t('waits for your word on the first sync'),
        short: l10n.t('first sync?'),
        severity: 'warning',
      };
    case 'stopped':
      return {
        icon: 'error',
        words: l10n.t('stopped: {0}', inWords(status.message)),
        short: l10n.t('stopped'),
        severity: 'error',
      };
    case 'failed':
      return { icon: 'error', words: inWords(status.message), short: l10n.t('failed'), severity: 'error' };
  }
}

/** One step is done before anybody has read so. */
const stepsText = (steps: { readonly done: number; readonly total: number } | undefined): string =>
  steps && steps.total > 1 ? `${steps.done.toLocaleString('en')}/${steps.total.toLocaleString('en')}` : '';

function offlineWords({ message, until }: Extract<TargetStatus, { kind: 'offline' }>): string {
  if (until === undefined) return l10n.t('offline: {0}', message);
  return l10n.t('offline, next attempt at {0}: {1}', new Date(until).toLocaleTimeString(), message);
}

const both = (icon: string, words: string, severity: Description['severity']): Description => ({
  icon,
  words,
  short: words,
  severity,
});
