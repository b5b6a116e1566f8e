import type { Did, Envelope, Hash, JsonObject, Signer } from '@ttp/core';
import { issuerOf, signEnvelope, verifyEnvelope } from '@ttp/crypto';
import { identityIn, refuseOthers, refuseWith, wordIn } from './fields.js';
import { requireRecord, type StatementKeys } from './statement.js';

/** With whom a subject shares its reputation, from nobody on (decision D25). */
export const SHARES = ['none', 'peers', 'public'] as const;
export type Share = (typeof SHARES)[number];

/** Who asks for what is known of a subject: itself, one it has a session with, or anybody. */
export const AUDIENCES = ['subject', 'peers', 'public'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** What a subject decided to share. */
export interface ShareChoice {
  readonly kind: 'share';
  /** Id of the envelope. */
  readonly id: Hash;
  readonly subject: Did;
  readonly share: Share;
  /** Wall clock, ms: the latest choice holds. */
  readonly at: number;
}

const refuse = refuseWith('SCORE_BAD_SHARE');

/**
 * A subject's choice, `ttp/reputation-share@1`: all of its reputation, or none of it. There is no choosing among
 * attestations, since a selection would be a lie.
 *
 * @param signer of the subject
 * @param now wall clock, ms
 * @throws SCORE_BAD_SHARE with the field, and what the signer throws
 */
export async function signShare(
  share: Share,
  signer: Signer,
  now: number,
): Promise<Envelope<'ttp/reputation-share@1'>> {
  const iss = issuerOf(signer);
  const body = { version: '1.0', subject: iss, share };
  parseShare(body, iss);
  return signEnvelope({
    type: 'ttp/reputation-share@1',
    head: { iss, iat: now },
    body,
    signers: [signer],
  });
}

/**
 * The choice in an envelope, signed by whom it is about.
 *
 * @param input the envelope or its canonical text, as hostile as anything from outside
 * @throws SCORE_BAD_SHARE with the field, and the codes of `verifyEnvelope`
 */
export function openShare(input: Envelope | string, { keyOf }: StatementKeys): ShareChoice {
  const { envelope, head } = requireRecord(input, refuse);
  const { id, body } = verifyEnvelope(envelope, {
    type: 'ttp/reputation-share@1',
    parse: (unread) => parseShare(unread, head.iss),
    keyOf,
    now: head.iat,
  });
  return { kind: 'share', id, ...body, at: head.iat };
}

/** Whether a choice lets the audience see what is known of the subject. Who said nothing shares nothing. */
export function isSharedWith(audience: Audience, choice: Pick<ShareChoice, 'share'> | undefined): boolean {
  if (audience === 'subject') return true;
  const share = choice?.share ?? 'none';
  return share === 'public' || (share === 'peers' && audience === 'peers');
}

function parseShare(
  { version, subject, share, ...rest }: JsonObject,
  issuer: Did,
): Pick<ShareChoice, 'subject' | 'share'> {
  refuseOthers(rest, 'body', refuse);
  if (version !== '1.0') throw refuse('body.version');
  const whose = identityIn(subject, 'body.subject', refuse);
  if (whose !== issuer) throw refuse('body.subject', 'only the subject decides');
  return { subject: whose, share: wordIn(share, SHARES, 'body.share', refuse) };
}
