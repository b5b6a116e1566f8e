import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The steps of loadPolicy that the package keeps to itself. */
export type Inside = Pick<typeof import('../../../packages/spl/src/compile.ts'), 'compilePolicy'> &
  Pick<typeof import('../../../packages/spl/src/schema.ts'), 'parseDocument'>;

/** Bundles them from the source: two bars are about one step each, and the built package offers only the whole. */
export async function loadInside(): Promise<Inside> {
  const dir = await mkdtemp(join(tmpdir(), 'ttp-bench-'));
  const outfile = join(dir, 'inside.mjs');
  try {
    await build({
      stdin: {
        contents: `export { compilePolicy } from './compile.ts'; export { parseDocument } from './schema.ts';`,
        resolveDir: fileURLToPath(new URL('../../../packages/spl/src', import.meta.url)),
      },
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'es2022',
      conditions: ['@ttp/source'],
      logLevel: 'error',
      outfile,
    });
    const loaded: Inside = await import(pathToFileURL(outfile).href);
    return loaded;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
