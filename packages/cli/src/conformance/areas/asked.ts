import { isHash, type Json, type JsonObject } from '@ttp/core';

/** A case of an area as a request, and what its answer has to be: a result, all or part of it, or one of some codes. */
export interface Asked {
  readonly request: JsonObject;
  readonly result?: Json | undefined;
  readonly isPart?: boolean;
  /** With `isPart`: a list of the answer may go on where that of the result ends. */
  readonly goesOn?: boolean;
  readonly codes?: readonly string[];
}

/** Another file of the vectors, by its path below them. */
export type Read = (path: string) => Promise<string>;

/** How a case of an area is asked for; undefined for one that the protocol has no operation for. */
export type Area = (one: JsonObject, read: Read) => Asked | undefined | Promise<Asked | undefined>;

/** Areas by their folder below the vectors. */
export type Areas = Readonly<Record<string, Area>>;

/** Arguments that the protocol cannot even read are refused as a bad request, before the operation sees them. */
export const UNREADABLE = 'CONFORMANCE_BAD_REQUEST';

/** A request that is refused with a code where the case has one, and otherwise answered with the whole result. */
export const asked = (request: JsonObject, code: Json | undefined, result: Json | undefined): Asked =>
  typeof code === 'string' ? { request, codes: [code] } : { request, result };

/** The members that are there. */
export function present(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const kept: Record<string, Json> = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) kept[name] = value;
  return kept;
}

/** `sha256:` and digits, as bytes are written in requests: digits alone. */
export const digits = (hash: Json | undefined): Json =>
  typeof hash === 'string' && isHash(hash) ? hash.slice('sha256:'.length) : (hash ?? null);

/** The same of a list. */
export const allDigits = (hashes: Json | undefined): Json =>
  Array.isArray(hashes) ? hashes.map(digits) : (hashes ?? null);
