import {
  type Did,
  type Envelope,
  type EnvelopeHead,
  type ErrorCode,
  type Hash,
  isHash,
  isTtpError,
  type JsonObject,
  TtpError,
} from '@ttp/core';
import { decodeEnvelope, encodeEnvelope, type SignersRule, verifyEnvelope } from '@ttp/crypto';
import { parseDid } from '../syntax.js';
import type { RevocationSeverity } from './severity.js';
import {
  endOf,
  parseRevocation,
  parseRuling,
  REVOCATION,
  type RevocationBody,
  type RevocationTier,
  RULING,
} from './statement.js';

/** Who may revoke besides the subject and its publisher: so many of them together. */
export interface RevocationAuthorities {
  readonly of: readonly Did[];
  readonly atLeast: number;
}

/** What has to be known of who stands where, to judge a revocation. */
export interface RevocationContext {
  /** The public key of a key id, where it was valid for the envelope with this id; see `keyLookup`. */
  readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
  /** The identities above one, nearest first, from verified inceptions (`KeyLogResolver.ancestors`). */
  readonly ancestorsOf: (did: Did) => readonly Did[];
  /** Who issued the envelope with this id, where it is known and was verified. */
  readonly issuerOf?: (id: Hash) => Did | undefined;
  /** None: nobody revokes by the third tier. */
  readonly authorities?: RevocationAuthorities;
}

/** A revocation that somebody with the authority to it stated. */
export interface Revocation {
  readonly kind: 'revocation';
  /** The id of its envelope. */
  readonly id: Hash;
  readonly issuer: Did;
  readonly subject: Did | Hash;
  readonly tier: RevocationTier;
  readonly severity: RevocationSeverity;
  readonly cause: RevocationBody['cause'];
  readonly reason: string;
  /** From when it is in force, ms. */
  readonly from: number;
  /** Until when, ms, exclusive; absent where it never ends. */
  readonly until?: number;
}

/** A ruling on appeal of those with the authority to it. */
export interface Ruling {
  readonly kind: 'ruling';
  readonly id: Hash;
  readonly revocation: Hash;
  readonly from: number;
}

/**
 * Verifies a revocation or a ruling, and that its signers have the authority to it: *self* over its own identity and
 * statements, a *publisher* over those whose inception it answers for, and k of m configured *authorities* over
 * anybody. Nobody else revokes, whatever they sign (decision D40, flaw.M1).
 *
 * @param input the envelope or its canonical text, as hostile as anything from outside
 * @throws DID_BAD_REVOCATION, DID_REVOCATION_UNAUTHORISED, and the codes of `verifyEnvelope`
 */
export function verifyRevocation(input: Envelope | string, context: RevocationContext): Revocation | Ruling {
  // One reading: an object could answer differently when it is looked at again.
  const envelope = decodeEnvelope(typeof input === 'string' ? input : encodeEnvelope(input));
  const { head } = envelope;
  // It would be in force for one reader and not for another, or vanish where it has to be remembered.
  if (head.exp !== undefined || head.aud !== undefined || head.nonce !== undefined)
    throw refuse('DID_BAD_REVOCATION', 'head', 'exp, aud and nonce have no place in a revocation');
  const { keyOf } = context;
  if (envelope.type === RULING) {
    const { id, body } = verifyEnvelope(envelope, {
      type: RULING,
      parse: parseRuling,
      signers: (issued) => byAuthorities(issued, context),
      keyOf,
      now: head.iat,
    });
    return { kind: 'ruling', id, revocation: body.revocation, from: head.iat };
  }
  const { id, body } = verifyEnvelope(envelope, {
    type: REVOCATION,
    parse: (unread) => parseRevocation(unread, head),
    signers: (issued, unread) => signersOf(issued, unread, context),
    keyOf,
    now: head.iat,
  });
  const until = endOf(body, head.iat);
  const { subject, tier, severity, cause, reason, since } = body;
  return {
    kind: 'revocation',
    id,
    issuer: head.iss,
    subject,
    tier,
    severity,
    cause,
    reason,
    from: since ?? head.iat,
    ...(until === undefined ? {} : { until }),
  };
}

/** What {@link readRevocations} made of what it was given. */
export interface KnownRevocations {
  readonly known: readonly (Revocation | Ruling)[];
  /** What was ignored: where it stood, and with what code it was refused. */
  readonly ignored: readonly { readonly index: number; readonly code: ErrorCode }[];
}

/**
 * Takes of a heap of statements those that count. What is forged, malformed or without authority is left out and
 * reported; it changes nothing about the others.
 */
export function readRevocations(
  inputs: readonly (Envelope | string)[],
  context: RevocationContext,
): KnownRevocations {
  const known: (Revocation | Ruling)[] = [];
  const ignored: { readonly index: number; readonly code: ErrorCode }[] = [];
  inputs.forEach((input, index) => {
    try {
      known.push(verifyRevocation(input, context));
    } catch (error) {
      if (!isTtpError(error)) throw error;
      ignored.push({ index, code: error.code });
    }
  });
  return { known, ignored };
}

/** Whose signatures a revocation needs. It is read here before they are verified, to know whose to look for. */
function signersOf(head: EnvelopeHead, unread: JsonObject, context: RevocationContext): SignersRule {
  const { subject, tier } = parseRevocation(unread, head);
  if (tier === 'authority') return byAuthorities(head, context);
  const { iss } = head;
  const allowed = tier === 'self' ? isSelf(iss, subject, context) : isPublisher(iss, subject, context);
  if (!allowed)
    throw refuse('DID_REVOCATION_UNAUTHORISED', 'head.iss', `${iss} is not the ${tier} of ${subject}`);
  return { all: [iss] };
}

const isSelf = (iss: Did, subject: Did | Hash, { issuerOf }: RevocationContext): boolean =>
  iss === subject || (isStatement(subject) && issuerOf?.(subject) === iss);

const isPublisher = (iss: Did, subject: Did | Hash, { ancestorsOf }: RevocationContext): boolean =>
  !isStatement(subject) && isPublisherDid(iss) && ancestorsOf(subject).includes(iss);

const isStatement = (subject: Did | Hash): subject is Hash => isHash(subject);

function isPublisherDid(did: Did): boolean {
  const parsed = parseDid(did);
  return parsed.method === 'ttp' && parsed.type === 'publisher';
}

function byAuthorities({ iss }: EnvelopeHead, { authorities }: RevocationContext): SignersRule {
  if (authorities?.of.includes(iss) !== true)
    throw refuse('DID_REVOCATION_UNAUTHORISED', 'head.iss', `${iss} is none of the authorities configured`);
  return authorities;
}

function refuse(
  code: 'DID_BAD_REVOCATION' | 'DID_REVOCATION_UNAUTHORISED',
  field: string,
  message: string,
): TtpError {
  return new TtpError(code, `${field}: ${message}`, { field });
}
