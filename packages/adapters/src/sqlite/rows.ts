import type { SQLOutputValue } from 'node:sqlite';
import { TtpError } from '@ttp/core';

type Row = Record<string, SQLOutputValue> | undefined;

/** The number in `column`. Throws STORE_UNREADABLE: the tables are STRICT, so anything else is a damaged file. */
export function numberIn(row: Row, column: string): number {
  const value = row?.[column];
  return typeof value === 'number' ? value : damaged(column);
}

/** The bigint in `column`, of a statement that reads bigints. Throws STORE_UNREADABLE. */
export function bigintIn(row: Row, column: string): bigint {
  const value = row?.[column];
  return typeof value === 'bigint' ? value : damaged(column);
}

/** The bytes in `column`. Throws STORE_UNREADABLE. */
export function bytesIn(row: Row, column: string): Uint8Array {
  const value = row?.[column];
  return value instanceof Uint8Array ? value : damaged(column);
}

/** The text in `column`. Throws STORE_UNREADABLE. */
export function textIn(row: Row, column: string): string {
  const value = row?.[column];
  return typeof value === 'string' ? value : damaged(column);
}

function damaged(column: string): never {
  throw new TtpError('STORE_UNREADABLE', `the column ${column} does not hold what was written`);
}
