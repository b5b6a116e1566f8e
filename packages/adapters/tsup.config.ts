import { defineConfig } from 'tsup';
import { build } from '../../tsup.base.ts';

export default defineConfig(
  build(
    [
      'src/memory.ts',
      'src/sqlite.ts',
      'src/fs.ts',
      'src/postgres.ts',
      'src/redis.ts',
      'src/indexeddb.ts',
      'src/lock.ts',
      'src/fetch.ts',
      'src/system.ts',
    ],
    'node',
  ),
);
