import { defineConfig } from 'tsup';
import { build, withSchemas } from '../../tsup.base.ts';

export default defineConfig(withSchemas(build(['src/index.ts', 'src/interop/index.ts'])));
