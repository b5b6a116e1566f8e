import { PGlite } from '@electric-sql/pglite';
import { codeRejectedBy, logContract, storeContract } from '@ttp/testkit';
import { afterAll, expect, it } from 'vitest';
import { type PostgresClient, postgres } from '../src/postgres.js';
import { over } from './postgres/subjects.js';

const database = new PGlite();
afterAll(() => database.close());
const connect = (): PostgresClient => database;

storeContract('PGlite', over(connect, 'refused', true));
logContract('PGlite', over(connect, 'lost', true));

it('says that it does not sync, so it is taken on purpose only', async () => {
  expect(await codeRejectedBy(postgres(database))).toBe('STORE_NOT_DURABLE');
});
