import { copyFile } from 'node:fs/promises';
import type { Options } from 'tsup';

/**
 * JavaScript only: the declarations come from `tsc -b` (TypeScript 7 has no compiler API for tsup's dts).
 * `neutral` refuses every `node:` import; a package that is for Node alone says 'node'.
 */
export function build(entry: readonly string[], platform: 'neutral' | 'node' = 'neutral'): Options {
  return {
    entry: [...entry],
    format: ['esm'],
    target: 'es2022',
    platform,
    removeNodeProtocol: false, // the default turns node:sqlite into a sqlite that does not exist
    dts: false,
    sourcemap: true,
    splitting: true,
    clean: true,
    esbuildOptions(options) {
      options.outbase = 'src'; // else a package of one entry in a folder puts it elsewhere than its exports say
    },
  };
}

/**
 * zod/mini, tree-shaken, as a part of what is built: its 92 files take longer to load than everything else of the SDK
 * together, and most of them are locales and JSON Schema. Its licence asks to go with every copy.
 */
export function withSchemas(options: Options): Options {
  return {
    ...options,
    noExternal: ['zod'],
    onSuccess: () => copyFile('node_modules/zod/LICENSE', 'dist/LICENSE-zod.txt'),
  };
}
