import { isJsonObject, isTtpError, type Json, type JsonObject, TtpError } from '@ttp/core';
import { fromHex, plainCopy } from '@ttp/crypto';
import type { ConformanceErrorCode } from '../errors.js';

/** The members of a request line, by name. Nothing in it is checked yet. */
export type Arguments = ReadonlyMap<string, unknown>;

/** Throws CONFORMANCE_BAD_REQUEST for the argument. */
export function badArgument(name: string, cause?: unknown): never {
  throw new TtpError<ConformanceErrorCode>('CONFORMANCE_BAD_REQUEST', `missing or malformed: ${name}`, {
    field: name,
    cause,
  });
}

/** Throws CONFORMANCE_NOT_IMPLEMENTED: a variant that is ignored would be a wrong answer. */
export function notImplemented(what: string): never {
  throw new TtpError<ConformanceErrorCode>('CONFORMANCE_NOT_IMPLEMENTED', `not implemented: ${what}`, {
    field: what,
  });
}

/** The first of the names that is there: RFCs and vector files spell some arguments differently. */
const first = (args: Arguments, names: readonly string[]): unknown =>
  names.map((name) => args.get(name)).find((value) => value !== undefined);

/** A text, exactly as it came. */
export function text(args: Arguments, ...names: readonly [string, ...string[]]): string {
  const value = first(args, names);
  return typeof value === 'string' ? value : badArgument(names[0]);
}

/** A list of texts. */
export function texts(args: Arguments, name: string): readonly string[] {
  const value = args.get(name);
  if (!Array.isArray(value)) return badArgument(name);
  return value.map((member: unknown) => (typeof member === 'string' ? member : badArgument(name)));
}

/** Bytes, in lowercase hexadecimal digits. */
export const bytes = (args: Arguments, ...names: readonly [string, ...string[]]): Uint8Array =>
  hexBytes(text(args, ...names), names[0]);

/** A list of byte strings. */
export const bytesList = (args: Arguments, name: string): readonly Uint8Array[] =>
  texts(args, name).map((digits) => hexBytes(digits, name));

/** Bytes written in lowercase hexadecimal digits, of the argument `name`. */
export function hexBytes(digits: string, name: string): Uint8Array {
  try {
    return fromHex(digits);
  } catch (error) {
    return badArgument(name, error);
  }
}

/** A position or size: a decimal string without leading zeros, of at most 20 digits. */
export function position(args: Arguments, name: string): bigint {
  const value = args.get(name);
  return typeof value === 'string' && /^(?:0|[1-9][0-9]{0,19})$/.test(value)
    ? BigInt(value)
    : badArgument(name);
}

/** A small number, such as a length; a decimal string will do. */
export function integer(args: Arguments, ...names: readonly [string, ...string[]]): number {
  const value = first(args, names);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  return typeof value === 'string' && /^[0-9]{1,15}$/.test(value) ? Number(value) : badArgument(names[0]);
}

/** A time: integer ms. */
export function time(args: Arguments, name: string): number {
  const value = args.get(name);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : badArgument(name);
}

/** Any JSON; undefined where it is absent. */
export function json(args: Arguments, name: string): Json | undefined {
  const value = args.get(name);
  if (value === undefined) return undefined;
  try {
    return plainCopy(value);
  } catch (error) {
    if (isTtpError(error)) return badArgument(name, error);
    throw error;
  }
}

/** A JSON object. */
export function object(args: Arguments, name: string): JsonObject {
  const value = json(args, name);
  return isJsonObject(value) ? value : badArgument(name);
}

/** Only SHA-256 is there where an RFC leaves the hash open; other ones are a variant that does not exist here. */
export function requireSha256(args: Arguments): void {
  const hash = args.get('hash') ?? 'sha256';
  if (typeof hash !== 'string') badArgument('hash');
  if (!/^sha-?256$/i.test(hash)) notImplemented(`hash ${hash}`);
}
