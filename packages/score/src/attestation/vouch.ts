import {
  type Did,
  type Envelope,
  type Hash,
  type JsonObject,
  type Operators,
  type Signer,
  TtpError,
} from '@ttp/core';
import { issuerOf, signEnvelope, verifyEnvelope, verifyOperatorEnvelope } from '@ttp/crypto';
import { ISSUER_TIERS, type IssuerTier } from '../tiers.js';
import { identityIn, isSame, refuseOthers, refuseWith, timeIn, wordIn } from './fields.js';
import { requireRecord, type StatementKeys } from './statement.js';

/** That somebody who answers for it stands up for an identity, for a time (decision D24). */
export interface Vouch {
  readonly kind: 'vouch';
  /** Id of the envelope. */
  readonly id: Hash;
  readonly subject: Did;
  /** Whether an operator or the publisher of the subject said so. */
  readonly by: 'operator' | 'publisher';
  /** How the subject was verified, where an operator says so: what its own ratings weigh. */
  readonly tier?: IssuerTier;
  /** Holds from, and not any more from then on, ms. */
  readonly at: number;
  readonly notAfter: number;
}

/** Who may vouch. */
export interface VouchContext extends StatementKeys {
  /** The roster; those who may sign policies vouch. Without one no operator does. */
  readonly operators?: Operators;
  /** The identities above one, nearest first, from verified inceptions; a publisher among them vouches for it. */
  readonly ancestorsOf: (did: Did) => readonly Did[];
}

const refuse = refuseWith('SCORE_BAD_VOUCH');

/**
 * Signs a vouch, `ttp/vouch@1`, with the key of an operator who may sign policies, or of the subject's publisher.
 *
 * @param vouch.tier for operators alone
 * @param vouch.notAfter ms
 * @param now wall clock, ms
 * @throws SCORE_BAD_VOUCH with the field, and what the signer throws
 */
export async function signVouch(
  vouch: { readonly subject: Did; readonly tier?: IssuerTier; readonly notAfter: number },
  signer: Signer,
  now: number,
): Promise<Envelope<'ttp/vouch@1'>> {
  const { subject, tier, notAfter } = vouch;
  const body = { version: '1.0', subject, ...(tier === undefined ? {} : { tier }), notAfter };
  parseVouch(body);
  return signEnvelope({
    type: 'ttp/vouch@1',
    head: { iss: issuerOf(signer), iat: now },
    body,
    signers: [signer],
  });
}

/**
 * The vouch in an envelope, by an operator of the roster who may sign policies, or by a publisher that stands above the
 * subject. Nobody vouches for himself, and a publisher says nothing of tiers. It is opened where it has expired, too:
 * what was weighed by it stays weighed.
 *
 * @param input the envelope or its canonical text, as hostile as anything from outside
 * @throws SCORE_BAD_VOUCH with the field, SCORE_VOUCH_UNAUTHORISED, and the codes of `verifyOperatorEnvelope` and
 *   `verifyEnvelope`
 */
export async function openVouch(input: Envelope | string, context: VouchContext): Promise<Vouch> {
  const { operators, ancestorsOf, keyOf } = context;
  const { envelope, head } = requireRecord(input, refuse);
  const options = { type: 'ttp/vouch@1', parse: parseVouch, now: head.iat } as const;
  const [sig] = envelope.sigs;
  const isOperator = sig !== undefined && (await operators?.byKid(sig.kid)) !== undefined;
  const { id, body } =
    isOperator && operators !== undefined
      ? await verifyOperatorEnvelope(envelope, { ...options, operators, privileges: ['policy:sign'] })
      : verifyEnvelope(envelope, { ...options, keyOf });
  const { subject, tier, notAfter } = body;
  if (isSame(head.iss, subject)) throw unauthorised('nobody vouches for himself');
  if (!isOperator) {
    if (!head.iss.startsWith('did:ttp:publisher:') || !ancestorsOf(subject).includes(head.iss))
      throw unauthorised(`${head.iss} is neither an operator nor the publisher of ${subject}`);
    if (tier !== undefined) throw refuse('body.tier', 'for operators alone');
  }
  const by = isOperator ? 'operator' : 'publisher';
  return { kind: 'vouch', id, subject, by, ...(tier === undefined ? {} : { tier }), at: head.iat, notAfter };
}

/** Whether it holds at a time, ms. */
export const holdsAt = ({ at, notAfter }: Pick<Vouch, 'at' | 'notAfter'>, time: number): boolean =>
  at <= time && time < notAfter;

function parseVouch({ version, subject, tier, notAfter, ...rest }: JsonObject): {
  readonly subject: Did;
  readonly tier?: IssuerTier;
  readonly notAfter: number;
} {
  refuseOthers(rest, 'body', refuse);
  if (version !== '1.0') throw refuse('body.version');
  return {
    subject: identityIn(subject, 'body.subject', refuse),
    ...(tier === undefined ? {} : { tier: wordIn(tier, ISSUER_TIERS, 'body.tier', refuse) }),
    notAfter: timeIn(notAfter, 'body.notAfter', refuse),
  };
}

const unauthorised = (why: string): TtpError =>
  new TtpError('SCORE_VOUCH_UNAUTHORISED', `head.iss: ${why}`, { field: 'head.iss' });
