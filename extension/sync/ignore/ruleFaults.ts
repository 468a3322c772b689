import { isAlwaysIgnored } from './alwaysIgnored.ts';

/** A line of an ignore file that does not do what whoever wrote it most likely meant. */
export interface RuleFault {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** Pure. Only what certainly has no effect, or another one than meant, is told: everything else may be on purpose. */
export function ruleFaults(text: string): RuleFault[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .flatMap((line, at) => {
      const message = faultOf(line);
      return message === undefined ? [] : [{ line: at + 1, message }];
    });
}

function faultOf(line: string): string | undefined {
  if (line.trim() === '' || line.startsWith('#')) return undefined;
  const pattern = line.replace(/^!/, '').replace(/(?<!\\)\s+$/, '');
  if (/(?<!\\)(\\\\)*\\$/.test(pattern)) return 'A rule that ends in a backslash matches nothing; folders end in “/”.';
  if (/\\[A-Za-z0-9_.]/.test(pattern)) return 'A backslash does not separate folders here; write “/”.';
  if (/^\.\.?\//.test(pattern) || pattern.includes('/../'))
    return 'Rules count from the folder of this file; “./” and “../” match nothing.';
  if (/(?<!\\)\[[^\]]*$/.test(pattern)) return 'The bracket is not closed, so the rule matches nothing.';
  const name = pattern.replace(/^\/|\/$/g, '');
  if (line.startsWith('!') && isAlwaysIgnored(name)) return `“${name}” is never synced, whatever the rules say.`;
  return undefined;
}
