import { defineConfig } from 'tsup';
import { build } from '../../tsup.base.ts';

export default defineConfig(build(['src/mcp/index.ts', 'src/server/index.ts'], 'node'));
