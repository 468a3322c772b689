import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 100;

/** Small TypeScript files in folders of a hundred. */
export function plantFiles(root: string, files: number): void {
  for (let folder = 0; folder * FOLDER < files; folder++) {
    const path = join(root, `package${folder % 20}`, `folder${folder}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < FOLDER; file++)
      writeFileSync(join(path, `file${file}.ts`), `export const value${file} = ${folder * FOLDER + file};\n`);
  }
}
