import {
  type Did,
  type Envelope,
  type ErrorCode,
  type Hash,
  isTtpError,
  type JsonObject,
  type Operators,
  type Signer,
  TtpError,
} from '@ttp/core';
import { issuerOf, signEnvelope, verifyOperatorEnvelope } from '@ttp/crypto';
import { hashIn, identityIn, refuseOthers, refuseWith } from './attestation/fields.js';
import type { SecuritySeverity } from './report.js';

/** Something that happened to an agent and caps its score until an operator has closed it (decision D24). */
export interface SecurityEvent {
  /** The hash of its entry in the log. */
  readonly id: Hash;
  readonly subject: Did;
  readonly severity: SecuritySeverity;
}

/** Which events are still open, and which closures closed nothing. */
export interface OpenSecurityEvents {
  readonly open: readonly SecurityEvent[];
  readonly ignored: readonly { readonly index: number; readonly code: ErrorCode }[];
}

const refuse = refuseWith('SCORE_BAD_CLOSURE');

/**
 * Closes a security event, `ttp/security-closure@1`, with the key of an operator who may reinstate agents: the cap goes,
 * and the score is what the facts are worth.
 *
 * @param now wall clock, ms
 * @throws SCORE_BAD_CLOSURE with the field, and what the signer throws
 */
export async function signClosure(
  { id, subject }: Pick<SecurityEvent, 'id' | 'subject'>,
  signer: Signer,
  now: number,
): Promise<Envelope<'ttp/security-closure@1'>> {
  const body = { version: '1.0', event: id, subject };
  parseClosure(body);
  const head = { iss: issuerOf(signer), iat: now };
  return signEnvelope({ type: 'ttp/security-closure@1', head, body, signers: [signer] });
}

/**
 * The events that nobody with the right to has closed. A closure is of one event of one subject, and for ever.
 *
 * @param closures envelopes or their texts, as hostile as anything from outside: what is none closes nothing
 * @param options.now wall clock, ms
 * @throws what the roster throws, if that is no TtpError
 */
export async function openSecurityEvents(
  events: readonly SecurityEvent[],
  closures: readonly (Envelope | string)[],
  { operators, now }: { readonly operators: Operators; readonly now: number },
): Promise<OpenSecurityEvents> {
  const closed = new Set<string>();
  const ignored: { readonly index: number; readonly code: ErrorCode }[] = [];
  for (const [index, closure] of closures.entries()) {
    try {
      const { head, body } = await verifyOperatorEnvelope(closure, {
        type: 'ttp/security-closure@1',
        parse: parseClosure,
        operators,
        now,
        privileges: ['kill:reinstate'],
      });
      if (head.iss === body.subject) throw new TtpError('SCORE_BAD_CLOSURE', 'nobody closes his own');
      closed.add(keyOf(body.event, body.subject));
    } catch (error) {
      if (!isTtpError(error)) throw error;
      ignored.push({ index, code: error.code });
    }
  }
  return { open: events.filter(({ id, subject }) => !closed.has(keyOf(id, subject))), ignored };
}

const keyOf = (event: Hash, subject: Did): string => `${event} ${subject}`;

function parseClosure({ version, event, subject, ...rest }: JsonObject): {
  readonly event: Hash;
  readonly subject: Did;
} {
  refuseOthers(rest, 'body', refuse);
  if (version !== '1.0') throw refuse('body.version');
  return {
    event: hashIn(event, 'body.event', refuse),
    subject: identityIn(subject, 'body.subject', refuse),
  };
}
