// The first lines of dist/cli.cjs and dist/server.cjs, before anything is required: an old Node says one sentence instead of
// "No such built-in module: node:sqlite", and Node 22 does not call its SQLite experimental on each start.
(() => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 15)) {
    console.error(
      `Syncline needs Node 22.15 or newer; this is ${process.version} (${process.execPath}). ` +
        `Install a current Node from https://nodejs.org, or name a newer one: /path/to/node ${process.argv[1]}`,
    );
    process.exit(2);
  }
  const emit = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).startsWith('SQLite is an experimental feature')) emit.call(process, warning, ...rest);
  };
})();
