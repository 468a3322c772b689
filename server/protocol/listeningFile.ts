/** In a server's state folder while it listens: the line that `serve --json` prints. Worth nothing unless the folder is locked. */
export const LISTENING_FILE = 'listening.json';
