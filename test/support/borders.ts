import { posix } from 'node:path';

/**
 * Why `importer` may not import `imported`, or undefined when it may. Paths are relative to the repository; a package is
 * named as in the import statement. This is the whole of the project's import rules; .oxlintrc.json tells them earlier.
 */
export function borderViolation(importer: string, imported: string): string | undefined {
  const from = (folder: string): boolean => importer.startsWith(`${folder}/`);
  const to = (folder: string): boolean => imported.startsWith(`${folder}/`);
  const mayKnowVscode = from('extension/vscode') || from('test/vscode');
  if (imported === 'vscode') return mayKnowVscode ? undefined : 'only extension/vscode/ may import vscode';
  if (from('server/protocol') && isOurs(imported) && !to('server/protocol'))
    return 'the contract imports nothing of ours';
  if (from('server') && to('extension')) return 'the server never imports the client';
  if (from('extension') && to('server') && !to('server/protocol'))
    return 'the client knows the server through server/protocol/ alone';
  const isEngine = ['sync', 'connect', 'jobs'].some((part) => from(`extension/${part}`));
  if (isEngine && (to('extension/cli') || to('extension/vscode')))
    return 'the engine knows neither editor nor command line';
  if (from('extension/cli') && to('extension/vscode')) return 'the command line does not know the editor';
  if (from('extension/vscode') && to('extension/cli')) return 'the editor does not know the command line';
  if ((from('extension') || from('server')) && (to('test') || to('.ci')))
    return 'programs do not import tests or tools';
  return undefined;
}

/** Everything that a TypeScript source imports, types and dynamic imports included, as `borderViolation` takes it. */
export function importsOf(path: string, source: string): string[] {
  const specifiers = source.matchAll(
    /^\s*(?:import|export)\b[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\b(?:import|require)\s*\(\s*['"]([^'"]+)['"]/gm,
  );
  return [...specifiers].map(([, from, bare, dynamic]) => {
    const specifier = from ?? bare ?? dynamic ?? '';
    return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier;
  });
}

function isOurs(imported: string): boolean {
  return ['extension', 'server', 'test', '.ci'].some((folder) => imported.startsWith(`${folder}/`));
}
