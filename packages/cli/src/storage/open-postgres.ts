import { postgres } from '@ttp/adapters/postgres';
import { type Storage, TtpError } from '@ttp/core';
import { HintedError } from '../hints.js';

/** Opens a storage in PostgreSQL with the client `pg`, which is installed by whoever wants it. */
export async function openPostgres(
  { url, schema }: { readonly url: string; readonly schema: string | undefined },
  { exists, field }: { readonly exists: boolean; readonly field: string },
): Promise<Storage> {
  const pool = await makePool(url, field);
  try {
    if (exists) await requireTables(pool, schema ?? 'ttp', field);
    const storage = await postgres(pool, schema === undefined ? {} : { schema });
    let closing: Promise<void> | undefined;
    return {
      ...storage,
      close() {
        closing ??= storage.close().then(() => pool.end());
        return closing;
      },
    };
  } catch (fault) {
    await pool.end();
    throw fault;
  }
}

async function makePool(url: string, field: string) {
  let Pool: typeof import('pg').Pool;
  try {
    ({ Pool } = (await import('pg')).default);
  } catch {
    throw new HintedError(
      'CLI_STORE_CLIENT',
      'the package pg is not installed',
      'npm install pg, beside @ttp/cli',
      field,
    );
  }
  const pool = new Pool({ connectionString: url });
  pool.on('error', () => undefined); // an idle connection that was dropped: the next statement says so
  return pool;
}

/** A schema that is mistyped must not become an empty storage that knows of no kill. */
async function requireTables(
  pool: { query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }> },
  schema: string,
  field: string,
): Promise<void> {
  let rows: readonly unknown[];
  try {
    ({ rows } = await pool.query('SELECT 1 WHERE to_regclass($1) IS NOT NULL', [`${schema}.migration`]));
  } catch (cause) {
    throw new TtpError('STORE_UNREADABLE', 'the database cannot be reached', { field, cause });
  }
  if (rows.length === 0)
    throw new TtpError('CLI_FILE_MISSING', `there is no storage in the schema ${schema}`, { field });
}
