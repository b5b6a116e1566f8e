import { TtpError } from '@ttp/core';

const columnOf = (row: unknown, column: string): unknown =>
  typeof row === 'object' && row !== null ? Reflect.get(row, column) : undefined;

/** The text in `column`. Throws STORE_UNREADABLE: the types are the database's, so anything else is a parser's doing. */
export function textIn(row: unknown, column: string): string {
  const value = columnOf(row, column);
  return typeof value === 'string' ? value : unexpected(column);
}

/** The boolean in `column`. Throws STORE_UNREADABLE. */
export function booleanIn(row: unknown, column: string): boolean {
  const value = columnOf(row, column);
  return typeof value === 'boolean' ? value : unexpected(column);
}

/** A copy of the bytes in `column`. Throws STORE_UNREADABLE. */
export function bytesIn(row: unknown, column: string): Uint8Array {
  const value = columnOf(row, column);
  return value instanceof Uint8Array ? new Uint8Array(value) : unexpected(column);
}

/** The bigint in `column`, which is selected as text: drivers differ in what they make of a bigint. Throws STORE_UNREADABLE. */
export function bigintIn(row: unknown, column: string): bigint {
  const text = textIn(row, column);
  return /^\d{1,19}$/.test(text) ? BigInt(text) : unexpected(column);
}

/** The number in `column`, which is selected as text. Throws STORE_UNREADABLE. */
export function numberIn(row: unknown, column: string): number {
  const number = Number(bigintIn(row, column));
  return Number.isSafeInteger(number) ? number : unexpected(column);
}

function unexpected(column: string): never {
  throw new TtpError('STORE_UNREADABLE', `the column ${column} does not hold what was written`);
}
