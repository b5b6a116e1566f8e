import {
  type Did,
  type Hash,
  isDid,
  isHash,
  isJsonObject,
  type Json,
  type JsonObject,
  TtpError,
} from '@ttp/core';
import { inceptionOf } from '@ttp/crypto';
import type { ScoreErrorCode } from '../errors.js';

/** Says which member of a signed body is wrong: `body.rating.overall`. */
export type Refuse = (member: string, why?: string) => TtpError;

/** What refuses members of one kind of statement. */
export const refuseWith =
  (code: ScoreErrorCode): Refuse =>
  (member, why = 'missing, unknown or malformed') =>
    new TtpError(code, `${member}: ${why}`, { field: member });

/** Refuses whatever was not read: a member that a reader skips is one that a signer did not mean (flaw.J2). */
export function refuseOthers(rest: JsonObject, prefix: string, refuse: Refuse): void {
  const [other] = Object.keys(rest);
  if (other !== undefined) throw refuse(`${prefix}.${other}`);
}

export function objectIn(value: Json | undefined, member: string, refuse: Refuse): JsonObject {
  if (isJsonObject(value)) return value;
  throw refuse(member);
}

/** One word of a closed list: no statement has room for free text, which could be about a person. */
export function wordIn<T extends string>(
  value: Json | undefined,
  words: readonly T[],
  member: string,
  refuse: Refuse,
): T {
  const word = words.find((one) => one === value);
  if (word === undefined) throw refuse(member);
  return word;
}

/** A moment, ms. */
export function timeIn(value: Json | undefined, member: string, refuse: Refuse): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw refuse(member);
}

export function hashIn(value: Json | undefined, member: string, refuse: Refuse): Hash {
  if (typeof value === 'string' && isHash(value)) return value;
  throw refuse(member);
}

const IDENTITY = /^did:ttp:(?:agent|skill|tool|service|publisher):Qm[1-9A-HJ-NP-Za-km-z]{44}$/;

/** A `did:ttp`: reputation follows inceptions, and a readable name may be a person's (decisions D1, D4, D30). */
export function identityIn(value: Json | undefined, member: string, refuse: Refuse): Did {
  if (typeof value === 'string' && isDid(value) && IDENTITY.test(value)) return value;
  throw refuse(member, 'no did:ttp');
}

const SESSION = /^(?:[A-Za-z0-9_-]{43}|[0-9a-f]{32})$/;

/** The name of a session: 32 random bytes in base64url, as a handshake names it, or the id of a trace. */
export function sessionIn(value: Json | undefined, member: string, refuse: Refuse): string {
  if (typeof value === 'string' && SESSION.test(value)) return value;
  throw refuse(member, 'neither the name of a session nor the id of a trace');
}

/** Whether both are one inception, whatever their types say. */
export const isSame = (a: Did, b: Did): boolean => inceptionOf(a) === inceptionOf(b);
