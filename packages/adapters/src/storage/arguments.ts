import { TtpError } from '@ttp/core';
import {
  LOG_BATCH_BYTES,
  LOG_BATCH_ENTRIES,
  LOG_ENTRY_BYTES,
  LOG_NAME_CHARS,
  STORE_KEY_CHARS,
  STORE_VALUE_BYTES,
} from '../limits.js';

const PRINTABLE = /^[\x20-\x7e]*$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** SQLite's largest integer; every adapter has the same bound, so that a log can move between them. */
const LARGEST_POSITION = 2n ** 63n - 1n;

/** Throws STORE_BAD_KEY unless `key` is 1 to 512 printable ASCII characters. */
export function checkKey(key: string): void {
  checkText(key, 'key');
  if (key === '') throw new TtpError('STORE_BAD_KEY', 'a key is not empty', { field: 'key' });
}

/** Throws STORE_BAD_KEY unless `prefix` is 0 to 512 printable ASCII characters. */
export function checkPrefix(prefix: string): void {
  checkText(prefix, 'prefix');
}

function checkText(text: string, field: string): void {
  if (typeof text !== 'string' || text.length > STORE_KEY_CHARS || !PRINTABLE.test(text))
    throw new TtpError('STORE_BAD_KEY', `not printable ASCII of at most ${STORE_KEY_CHARS}`, { field });
}

/** Throws STORE_BAD_VERSION unless `expected` is left out or a non-negative safe integer. */
export function checkExpected(expected: number | undefined): void {
  if (expected !== undefined && (!Number.isSafeInteger(expected) || expected < 0))
    throw new TtpError('STORE_BAD_VERSION', `not a version: ${expected}`, { field: 'expected' });
}

/** A copy of `value`, so that what the caller does to it later changes nothing. Throws STORE_BAD_VALUE, STORE_TOO_LARGE. */
export function copyValue(value: Uint8Array): Uint8Array {
  if (!(value instanceof Uint8Array))
    throw new TtpError('STORE_BAD_VALUE', 'a value is a Uint8Array', { field: 'value' });
  if (value.length > STORE_VALUE_BYTES)
    throw new TtpError('STORE_TOO_LARGE', `${value.length} bytes, at most ${STORE_VALUE_BYTES}`, {
      field: 'value',
    });
  return new Uint8Array(value);
}

/** Copies of the entries of a batch. Throws LOG_BAD_ENTRY, LOG_TOO_LARGE. */
export function copyEntries(entries: readonly Uint8Array[]): Uint8Array[] {
  if (entries.length > LOG_BATCH_ENTRIES)
    throw new TtpError('LOG_TOO_LARGE', `${entries.length} entries, at most ${LOG_BATCH_ENTRIES}`, {
      field: 'entries',
    });
  let bytes = 0;
  return entries.map((entry, i) => {
    const field = `entries[${i}]`;
    if (!(entry instanceof Uint8Array))
      throw new TtpError('LOG_BAD_ENTRY', 'an entry is a Uint8Array', { field });
    if (entry.length > LOG_ENTRY_BYTES)
      throw new TtpError('LOG_TOO_LARGE', `${entry.length} bytes, at most ${LOG_ENTRY_BYTES}`, { field });
    bytes += entry.length;
    if (bytes > LOG_BATCH_BYTES)
      throw new TtpError('LOG_TOO_LARGE', `a batch of more than ${LOG_BATCH_BYTES} bytes`, {
        field: 'entries',
      });
    return new Uint8Array(entry);
  });
}

/**
 * Throws LOG_BAD_NAME unless `name` is text of at most 512 characters. A lone surrogate is refused: encoded as
 * UTF-8 it becomes U+FFFD, and two names would share one log.
 */
export function checkLogName(name: string): void {
  if (typeof name !== 'string' || name.length > LOG_NAME_CHARS || LONE_SURROGATE.test(name))
    throw new TtpError('LOG_BAD_NAME', `not text of at most ${LOG_NAME_CHARS} characters`, { field: 'name' });
}

/** Throws LOG_BAD_POSITION unless `position` is a bigint from 0 to 2^63 - 1. */
export function checkPosition(position: bigint, field: string): void {
  if (typeof position !== 'bigint' || position < 0n || position > LARGEST_POSITION)
    throw new TtpError('LOG_BAD_POSITION', `not a position: ${position}`, { field });
}

/** The fault of an append that expected another size. */
export function logConflict(expected: bigint, size: bigint): TtpError<'LOG_CONFLICT'> {
  return new TtpError('LOG_CONFLICT', `the log has ${size} entries, not ${expected}`, {
    field: 'expectedSize',
  });
}
