import {
  asDid,
  asHash,
  type Did,
  type EnvelopeHead,
  type Hash,
  isHash,
  type JsonObject,
  TtpError,
} from '@ttp/core';
import * as z from 'zod/mini';
import { REVOCATION_REASON_MAX_CHARS } from '../limits.js';
import { hashText, readShape } from '../shape.js';
import { parseDid } from '../syntax.js';
import { REVOCATION_EXPIRY_MS, REVOCATION_SEVERITIES, type RevocationSeverity } from './severity.js';

/** The type of a statement that something is revoked. */
export const REVOCATION = 'ttp/revocation@1';
/** The type of a ruling on appeal. */
export const RULING = 'ttp/revocation-ruling@1';

/** By which authority something is revoked (ttp-protocol.txt L2926-L2933). */
export const REVOCATION_TIERS = ['self', 'publisher', 'authority'] as const;
export type RevocationTier = (typeof REVOCATION_TIERS)[number];

/** The body of a revocation. */
export type RevocationBody = {
  readonly v: 1;
  /** An identity, or the id of the envelope that is taken back. */
  readonly subject: Did | Hash;
  readonly tier: RevocationTier;
  readonly severity: RevocationSeverity;
  /** What a machine branches on: `key_compromise` never ends, `conduct` does. */
  readonly cause: 'conduct' | 'key_compromise';
  /** For people. */
  readonly reason: string;
  /** When it ends, ms; by its severity unless stated. */
  readonly until?: number;
  /** When the key is thought to have been lost, ms; the time of the statement unless stated. */
  readonly since?: number;
};

/** The body of a ruling: it lifts one revocation. */
export type RulingBody = {
  readonly v: 1;
  readonly revocation: Hash;
  readonly reason: string;
};

const time = z.int().check(z.minimum(0));
const reason = z.string().check(z.maxLength(REVOCATION_REASON_MAX_CHARS));

const revocation = z.strictObject({
  v: z.literal(1),
  subject: z.string(),
  tier: z.enum(REVOCATION_TIERS),
  severity: z.enum(REVOCATION_SEVERITIES),
  cause: z.enum(['conduct', 'key_compromise']),
  reason,
  until: z.exactOptional(time),
  since: z.exactOptional(time),
});

const ruling = z.strictObject({ v: z.literal(1), revocation: hashText, reason });

/**
 * Reads the body of a revocation. A key compromise has no end, because the thief keeps the key (flaw.M4), and is about
 * an identity; nothing else has a beginning other than its statement.
 *
 * @param head its envelope's head, for the time it is stated at
 * @throws DID_BAD_REVOCATION; `field` names the member
 */
export function parseRevocation(body: JsonObject, { iat }: Pick<EnvelopeHead, 'iat'>): RevocationBody {
  const { subject, until, since, ...rest } = readShape(revocation, body, 'DID_BAD_REVOCATION');
  const compromise = rest.cause === 'key_compromise';
  if (until !== undefined && (compromise || until <= iat))
    throw bad('until', compromise ? 'a key compromise does not end' : 'it ends before it begins');
  if (since !== undefined && !(compromise && since <= iat))
    throw bad('since', 'not of a key compromise, or after its statement');
  if (compromise && isHash(subject)) throw bad('cause', 'a statement has no key');
  return {
    ...rest,
    subject: isHash(subject) ? subject : identity(subject),
    ...(until === undefined ? {} : { until }),
    ...(since === undefined ? {} : { since }),
  };
}

/** Reads the body of a ruling. Throws DID_BAD_REVOCATION. */
export function parseRuling(body: JsonObject): RulingBody {
  const { revocation: id, ...rest } = readShape(ruling, body, 'DID_BAD_REVOCATION');
  return { ...rest, revocation: asHash(id) };
}

/** When a revocation of this body ends; undefined for one that does not. */
export const endOf = ({ cause, until, severity }: RevocationBody, iat: number): number | undefined =>
  cause === 'key_compromise' ? undefined : (until ?? iat + REVOCATION_EXPIRY_MS[severity]);

/** A name is none: it could be bound to somebody else tomorrow. */
function identity(text: string): Did {
  try {
    const { method } = parseDid(text);
    if (method === 'ttp' || method === 'key' || method === 'web') return asDid(text);
  } catch (cause) {
    throw bad('subject', 'neither an identity nor a hash', cause);
  }
  throw bad('subject', 'a name is no identity');
}

function bad(field: string, message: string, cause?: unknown): TtpError {
  return new TtpError(
    'DID_BAD_REVOCATION',
    `${field}: ${message}`,
    cause === undefined ? { field } : { field, cause },
  );
}
