import type { Storage } from '@ttp/core';
import { type PostgresClient, postgres } from '../../src/postgres.js';

let schemas = 0;
/** The name of a schema that no other test has. */
export const newSchema = (): string => `s${(schemas += 1)}`;

/** Writes are the statements that call one of our functions. */
const WRITE = /\.(?:put|remove|append)\(/;

/** A client whose next write fails: refused by the server, or done, with the answer lost. */
export function failing(client: PostgresClient, how: 'refused' | 'lost'): PostgresClient & { fail(): void } {
  let fails = false;
  return {
    fail: () => void (fails = true),
    async query(text, values) {
      if (!fails || !WRITE.test(text)) return client.query(text, values);
      if (how === 'lost') await client.query(text, values);
      await Promise.resolve().then(() => (fails = false)); // whatever is under way on this connection fails with it
      if (how === 'refused') throw Object.assign(new Error('could not extend file'), { code: '53100' });
      throw new Error('Connection terminated unexpectedly');
    },
  };
}

/** Opens storages of a schema of its own, each over what `connect` gives. */
export const over =
  (connect: () => PostgresClient, how: 'refused' | 'lost', unsynced: boolean) => async () => {
    const options = { schema: newSchema(), unsynced };
    const client = failing(connect(), how);
    let storage = await postgres(client, options);
    return {
      storage,
      fail: client.fail,
      connect: () => postgres(connect(), options),
      async reopen(): Promise<Storage> {
        await storage.close();
        return (storage = await postgres(connect(), options));
      },
    };
  };
