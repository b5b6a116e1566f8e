import { TtpError } from '@ttp/core';

type FileSystem = typeof import('node:fs');

/**
 * Node's file system, fetched when it is first needed: a static import would keep every test that only wants
 * `proves` or `fakeClock` out of the browser. Throws TESTKIT_NEEDS_NODE.
 */
export function fileSystem(): FileSystem {
  const fs = globalThis.process?.getBuiltinModule?.('node:fs');
  if (fs === undefined) throw new TtpError('TESTKIT_NEEDS_NODE', 'test vectors are read from files');
  return fs;
}

/** The repository's root as a URL with a final slash: the first folder upwards that holds the workspace file. */
export function repositoryRoot(): URL {
  const fs = fileSystem();
  for (let dir = new URL('./', import.meta.url); ; dir = new URL('../', dir)) {
    if (fs.existsSync(new URL('pnpm-workspace.yaml', dir))) return dir;
    if (dir.pathname === new URL('../', dir).pathname)
      throw new TtpError('TESTKIT_NO_FILE', 'this package does not stand in its repository');
  }
}

/** The path of a file URL in the platform's own form. Throws TESTKIT_NEEDS_NODE. */
export function pathOf(url: URL): string {
  const module = globalThis.process?.getBuiltinModule?.('node:url');
  if (module === undefined) throw new TtpError('TESTKIT_NEEDS_NODE', 'paths are a matter of files');
  return module.fileURLToPath(url);
}
