import type { Store } from '@ttp/core';
import { STORE_LIST_KEYS } from '../limits.js';
import { checkExpected, checkKey, checkPrefix, copyValue } from '../storage/arguments.js';
import type { Gate } from './gate.js';
import { booleanIn, bytesIn, numberIn, textIn } from './rows.js';

/** Sorts after every key that begins with the same prefix: keys end at `~`, 0x7e. */
const AFTER_KEYS = '\x7f';

/** The Store port over the table `kept` of the schema. */
export function postgresStore(schema: string, gate: Gate): Store {
  const select = `SELECT version::text AS version, value FROM ${schema}.kept WHERE key = $1`;
  const put = `SELECT ${schema}.put($1::text, $2::bytea, $3::bigint) AS done`;
  const remove = `SELECT ${schema}.remove($1::text, $2::bigint) AS done`;
  const selectKeys = `
    SELECT key FROM ${schema}.kept WHERE key > $1 AND key >= $2 AND key < $3 ORDER BY key LIMIT ${STORE_LIST_KEYS}`;
  return {
    async get(key) {
      gate.checkOpen();
      checkKey(key);
      const [row] = (await gate.read(select, [key])).rows;
      return row === undefined
        ? undefined
        : { value: bytesIn(row, 'value'), version: numberIn(row, 'version') };
    },
    async put(key, value, expected) {
      gate.checkOpen();
      checkKey(key);
      checkExpected(expected);
      const copy = copyValue(value);
      const { rows } = await gate.write(put, [key, copy, expected ?? null]);
      return booleanIn(rows[0], 'done');
    },
    async delete(key, expected) {
      gate.checkOpen();
      checkKey(key);
      checkExpected(expected);
      const { rows } = await gate.write(remove, [key, expected ?? null]);
      return booleanIn(rows[0], 'done');
    },
    async *list(prefix) {
      gate.checkOpen();
      checkPrefix(prefix);
      let last = '';
      for (;;) {
        const { rows } = await gate.read(selectKeys, [last, prefix, prefix + AFTER_KEYS]);
        for (const row of rows) {
          last = textIn(row, 'key');
          yield last;
        }
        if (rows.length < STORE_LIST_KEYS) return;
      }
    },
  };
}
