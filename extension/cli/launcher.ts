import { createRequire, enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { cacheHome } from './stateHome.ts';

// What `dist/cli.cjs` is: the program itself lies beside it. A megabyte of source is compiled once and kept compiled in the
// person's own cache, which only they can write to; where there can be none, it is compiled as usual.
enableCompileCache(join(cacheHome(process.env), 'compiled'));
createRequire(import.meta.filename)('./syncline.cjs');
