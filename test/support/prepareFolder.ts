import { prepareShareDirectory } from '../../server/serveDirectory.ts';

// A program of its own, because only another account than root can be refused by a file system.
try {
  prepareShareDirectory(process.argv[2] as string);
  console.log('served');
} catch (error) {
  console.log((error as Error).message);
}
