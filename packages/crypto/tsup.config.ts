import { defineConfig } from 'tsup';
import { build } from '../../tsup.base.ts';

export default defineConfig({
  ...build(
    [
      'src/index.ts',
      'src/backend.ts',
      'src/node/backend.ts',
      'src/browser/index.ts',
      'src/http/index.ts',
      'src/interop/index.ts',
    ],
    'node',
  ),
  external: ['#backend'],
});
