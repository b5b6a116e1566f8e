import { defineConfig } from 'tsup';
import { build } from '../../tsup.base.ts';

export default defineConfig(build(['src/index.ts', 'src/verify-only.ts', 'src/trace/index.ts']));
