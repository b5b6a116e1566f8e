import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** What a browser gets of these packages, run in Node: the `@noble` backend instead of `node:crypto`. */
export type Portable = typeof import('@ttp/crypto') & typeof import('@ttp/etr-merkle/trace');

/** Bundles the built packages as for a browser and loads the bundle. */
export async function loadPortable(): Promise<Portable> {
  const dir = await mkdtemp(join(tmpdir(), 'ttp-bench-'));
  const outfile = join(dir, 'portable.mjs');
  try {
    await build({
      stdin: {
        contents: `export * from '@ttp/crypto'; export * from '@ttp/etr-merkle/trace';`,
        resolveDir: fileURLToPath(new URL('..', import.meta.url)),
      },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      logLevel: 'error',
      outfile,
    });
    const loaded: Portable = await import(pathToFileURL(outfile).href);
    return loaded;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
