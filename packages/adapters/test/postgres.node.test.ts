import { codeRejectedBy, fakeClock, lockContract, logContract, proves, storeContract } from '@ttp/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { locks } from '../src/lock.js';
import { migrate } from '../src/postgres/migrate.js';
import { MIGRATIONS } from '../src/postgres/migrations.js';
import { type PostgresClient, postgres } from '../src/postgres.js';
import { findPostgres, NO_POSTGRES, type Server, startServer } from './postgres/server.js';
import { failing, newSchema, over } from './postgres/subjects.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const found = findPostgres();
describe('PostgreSQL', () => {
  let server: Server;
  beforeAll(async () => {
    if (found !== undefined) server = await startServer();
  });
  beforeEach(({ skip }) => skip(found === undefined, NO_POSTGRES));
  afterAll(() => (found === undefined ? undefined : server.stop()));
  const pools: PostgresClient[] = [];
  /** Eleven pools, so that each of ten writers and the subject has connections of its own. */
  const connect = (): PostgresClient => {
    if (pools.length < 11) pools.push(server.pool(3));
    const next = pools.shift();
    if (next === undefined) throw new Error('no pool');
    pools.push(next);
    return next;
  };

  storeContract('PostgreSQL', over(connect, 'refused', false));
  logContract('PostgreSQL', over(connect, 'lost', false));

  lockContract('locks in PostgreSQL, of several connections', async () => {
    const schema = newSchema();
    const clock = fakeClock();
    const another = async () => locks(await postgres(connect(), { schema }), { clock });
    return {
      lock: await another(),
      another,
      advance: (ms) => clock.advance(ms),
      close: async () => undefined,
    };
  });

  it('keeps its promises in the database, also against who writes past the adapter', async () => {
    proves('adapters.storage.postgres');
    const schema = newSchema();
    const client = connect();
    const storage = await postgres(client, { schema });
    await storage.log('l').append([bytes('a'), bytes('b')]);
    await storage.store.put('k', bytes('v'));
    const codeOfSql = async (text: string): Promise<unknown> =>
      client.query(text).then(
        () => undefined,
        (fault: unknown) => (fault instanceof Error ? Reflect.get(fault, 'code') : fault),
      );
    const CHECK = '23514';
    const UNIQUE = '23505';
    const RESTRICT = '23001';
    for (const [statement, code] of [
      [`INSERT INTO ${schema}.entry VALUES (1, 1, 'x')`, UNIQUE],
      [`INSERT INTO ${schema}.entry VALUES (1, -1, 'x')`, CHECK],
      [`INSERT INTO ${schema}.entry VALUES (7, 0, 'x')`, '23503'],
      [`INSERT INTO ${schema}.entry VALUES (1, 2, NULL)`, '23502'],
      [`INSERT INTO ${schema}.entry VALUES (1, 2, decode(repeat('00', 1048577), 'hex'))`, CHECK],
      [`UPDATE ${schema}.entry SET bytes = 'x'`, RESTRICT],
      [`DELETE FROM ${schema}.entry WHERE position = 1`, RESTRICT],
      [`TRUNCATE ${schema}.entry`, RESTRICT],
      [`INSERT INTO ${schema}.log (name) VALUES ('l')`, UNIQUE],
      [`UPDATE ${schema}.log SET size = -1`, CHECK],
      [`INSERT INTO ${schema}.kept VALUES ('k', 99, 'x')`, UNIQUE],
      [`INSERT INTO ${schema}.kept VALUES ('other', 1, 'x')`, UNIQUE],
      [`INSERT INTO ${schema}.kept VALUES ('', 99, 'x')`, CHECK],
      [`INSERT INTO ${schema}.kept VALUES (E'a\\nb', 99, 'x')`, CHECK],
      [`INSERT INTO ${schema}.kept VALUES ('z', 0, 'x')`, CHECK],
      [`INSERT INTO ${schema}.migration VALUES (1)`, UNIQUE],
    ] as const)
      expect([statement, await codeOfSql(statement)]).toEqual([statement, code]);
    expect(await storage.log('l').size()).toBe(2n);
  });

  it('brings old tables to its version, once, however many open together, and refuses newer ones', async () => {
    proves('adapters.storage.postgres');
    const schema = newSchema();
    await Promise.all(Array.from({ length: 10 }, () => postgres(connect(), { schema })));
    const versions = async () => (await connect().query(`SELECT version FROM ${schema}.migration`)).rows;
    expect(await versions()).toEqual([{ version: 1 }]);
    const storage = await postgres(connect(), { schema });
    await storage.store.put('a', bytes('v'));
    const more = [...MIGRATIONS, (s: string) => `ALTER TABLE ${s}.kept ADD COLUMN note text;`];
    await Promise.all(Array.from({ length: 5 }, () => migrate(connect(), schema, false, more)));
    expect(await versions()).toEqual([{ version: 1 }, { version: 2 }]);
    expect((await connect().query(`SELECT key, note FROM ${schema}.kept`)).rows).toEqual([
      { key: 'a', note: null },
    ]);
    expect(await codeRejectedBy(postgres(connect(), { schema }))).toBe('STORE_UNKNOWN_SCHEMA');
  });

  it('leaves nothing behind of a migration that fails', async () => {
    const schema = newSchema();
    const bad = [...MIGRATIONS, (s: string) => `ALTER TABLE ${s}.nothing ADD COLUMN note text;`];
    expect(await codeRejectedBy(migrate(connect(), schema, false, bad))).toBe('STORE_UNREADABLE');
    expect((await connect().query(`SELECT to_regclass('${schema}.kept') AS found`)).rows).toEqual([
      { found: null },
    ]);
  });

  it('commits synced also for a role that would not, and under every isolation', async () => {
    const client = await server.client();
    const schema = newSchema();
    for (const isolation of ['repeatable read', 'serializable']) {
      await client.query(`SET default_transaction_isolation = '${isolation}'`);
      await client.query('SET synchronous_commit = off');
      const storage = await postgres(client, { schema });
      expect(await storage.store.put(isolation, bytes('v'), 0)).toBe(true);
      // Behind the same functions, in one transaction, it can be seen what it commits with.
      await client.query('BEGIN');
      await client.query(`SELECT ${schema}.put('in transaction', 'v', NULL)`);
      expect((await client.query('SHOW synchronous_commit')).rows).toEqual([{ synchronous_commit: 'on' }]);
      await client.query('ROLLBACK');
    }
    // Five connections at SERIALIZABLE: those that lose are tried anew, and each increment counts.
    const five = Array.from({ length: 5 }, () => server.pool(1));
    for (const pool of five) await pool.query(`SET default_transaction_isolation = 'serializable'`);
    const storages = await Promise.all(five.map((pool) => postgres(pool, { schema })));
    await Promise.all(
      storages.flatMap(({ store }) =>
        Array.from({ length: 4 }, async () => {
          for (;;) {
            const seen = await store.get('n');
            const next = bytes(String(Number(new TextDecoder().decode(seen?.value)) + 1));
            if (await store.put('n', next, seen?.version ?? 0)) return;
          }
        }),
      ),
    );
    expect(new TextDecoder().decode((await storages[0]?.store.get('n'))?.value)).toBe('20');
    await client.end();
  });

  it('is busy, not poisoned, where somebody holds a row too long', async () => {
    const schema = newSchema();
    const [holder, waiter] = [await server.client(), await server.client()];
    const storage = await postgres(waiter, { schema });
    await storage.log('l').append([bytes('a')]);
    await waiter.query('SET lock_timeout = 50');
    await holder.query('BEGIN');
    await holder.query(`SELECT * FROM ${schema}.log FOR UPDATE`);
    expect(await codeRejectedBy(storage.log('l').append([bytes('b')]))).toBe('STORE_BUSY');
    await holder.query('ROLLBACK');
    expect(await storage.log('l').append([bytes('b')])).toBe(1n);
    await holder.end();
    await waiter.end();
  });

  it('is not readable either once an answer was lost: nobody knows what was committed', async () => {
    const client = failing(connect(), 'lost');
    const storage = await postgres(client, { schema: newSchema() });
    client.fail();
    expect(await codeRejectedBy(storage.store.put('a', bytes('v')))).toBe('STORE_POISONED');
    expect(await codeRejectedBy(storage.store.get('a'))).toBe('STORE_POISONED');
    expect(await codeRejectedBy(storage.log('l').size())).toBe('STORE_POISONED');
  });

  it('refuses a server that does not sync, unless it is wanted, and one that is not there', async () => {
    const unsynced = await startServer({ fsync: 'off' });
    try {
      const pool = unsynced.pool();
      expect(await codeRejectedBy(postgres(pool))).toBe('STORE_NOT_DURABLE');
      const storage = await postgres(pool, { unsynced: true });
      expect(await storage.store.put('a', bytes('v'))).toBe(true);
      await storage.close();
    } finally {
      await unsynced.stop();
    }
    const gone = {
      query: async (): Promise<never> => {
        throw new Error('connect ECONNREFUSED');
      },
    };
    expect(await codeRejectedBy(postgres(gone))).toBe('STORE_UNREADABLE');
  });

  it('refuses what is no name of a schema', async () => {
    for (const schema of ['', '1a', 'A', 'a-b', 'a;b', 'x'.repeat(64)])
      expect(await codeRejectedBy(postgres(connect(), { schema }))).toBe('STORE_BAD_OPTION');
  });
});
