import { defineConfig } from 'tsup';
import { build } from '../../tsup.base.ts';

export default defineConfig({
  ...build(['src/index.ts', 'src/backend.ts', 'src/node/backend.ts'], 'node'),
  external: ['#backend'],
});
