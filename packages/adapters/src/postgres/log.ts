import { type AppendLog, TtpError } from '@ttp/core';
import { LOG_READ_ENTRIES } from '../limits.js';
import { checkLogName, checkPosition, copyEntries, logConflict } from '../storage/arguments.js';
import type { Gate } from './gate.js';
import { bigintIn, booleanIn, bytesIn } from './rows.js';

/** The AppendLog port over the tables `log` and `entry` of the schema: opens logs by name. */
export function postgresLogs(schema: string, gate: Gate): (name: string) => AppendLog {
  const append = `
    SELECT first::text AS first, fits FROM ${schema}.append($1::bytea, $2::bigint, $3::text, $4::bytea)`;
  const selectSize = `
    SELECT coalesce((SELECT size FROM ${schema}.log WHERE name = $1::bytea), 0)::text AS size`;
  const selectEntries = `
    SELECT position::text AS place, bytes FROM ${schema}.entry
    WHERE log = (SELECT id FROM ${schema}.log WHERE name = $1::bytea) AND position >= $2 AND position < $3
    ORDER BY position LIMIT ${LOG_READ_ENTRIES}`;
  return (text) => {
    gate.checkOpen();
    checkLogName(text);
    const name = new TextEncoder().encode(text); // text of PostgreSQL has no NUL
    return {
      async append(entries, expectedSize) {
        gate.checkOpen();
        if (expectedSize !== undefined) checkPosition(expectedSize, 'expectedSize');
        const { lengths, content } = joined(copyEntries(entries));
        const values = [name, expectedSize?.toString() ?? null, lengths, content];
        const [row] = (await gate.write(append, values)).rows;
        const first = bigintIn(row, 'first');
        if (!booleanIn(row, 'fits')) throw logConflict(expectedSize ?? first, first);
        return first;
      },
      async *read(from, to) {
        gate.checkOpen();
        checkPosition(from, 'from');
        checkPosition(to, 'to');
        for (let next = from; next < to; ) {
          const { rows } = await gate.read(selectEntries, [name, next.toString(), to.toString()]);
          for (const row of rows) {
            if (bigintIn(row, 'place') !== next)
              throw new TtpError('STORE_UNREADABLE', `entry ${next} of the log is missing`);
            next += 1n;
            yield bytesIn(row, 'bytes');
          }
          if (rows.length < LOG_READ_ENTRIES) return;
        }
      },
      async size() {
        const [row] = (await gate.read(selectSize, [name])).rows;
        return bigintIn(row, 'size');
      },
    };
  };
}

/** The names of the logs that have entries. */
export async function* postgresLogNames(schema: string, gate: Gate): AsyncIterable<string> {
  const { rows } = await gate.read(`SELECT name FROM ${schema}.log WHERE size > 0 ORDER BY id`, []);
  for (const row of rows) yield new TextDecoder().decode(bytesIn(row, 'name'));
}

/** A batch as one value: an array of byte strings would travel as text of twice the length. */
function joined(entries: readonly Uint8Array[]): { readonly lengths: string; readonly content: Uint8Array } {
  const content = new Uint8Array(entries.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const entry of entries) {
    content.set(entry, offset);
    offset += entry.length;
  }
  return { lengths: entries.map(({ length }) => length).join(), content };
}
