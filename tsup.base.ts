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
