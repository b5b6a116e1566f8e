import {
  asDid,
  asTerm,
  asTime,
  CAPABILITIES,
  type Capability,
  type Did,
  type Envelope,
  type Hash,
  type JsonObject,
  type Operator,
  type Operators,
  type Signer,
  TtpError,
} from '@ttp/core';
import { issuerOf, signEnvelope, verifyOperatorEnvelope } from '@ttp/crypto';

/** One capability that an agent has beside those of its stage, for a time (decision D27). */
export interface Grant {
  readonly subject: Did;
  readonly capability: Capability;
  /** Wall clock, ms: not granted any more from then on. */
  readonly notAfter: number;
}

/** A grant that verified, and who gave it. */
export interface VerifiedGrant extends Grant {
  /** Id of the envelope. */
  readonly id: Hash;
  readonly operator: Operator;
}

/**
 * Signs a grant as `ttp/grant@1`, with the key of an operator who may sign policies.
 *
 * @param now wall clock, ms
 * @throws GUARD_GRANT_INVALID, CORE_BAD_DID, CORE_UNKNOWN_TERM for a capability outside the registry, and what the
 *   signer throws
 */
export async function signGrant(grant: Grant, signer: Signer, now: number): Promise<Envelope<'ttp/grant@1'>> {
  const { subject, capability, notAfter } = parseGrant({ ...grant });
  return signEnvelope({
    type: 'ttp/grant@1',
    head: { iss: issuerOf(signer), iat: asTime(now) },
    body: { subject, capability, notAfter },
    signers: [signer],
  });
}

/**
 * The grant in an envelope, after `verifyOperatorEnvelope` found which operator gave it and that he may sign policies.
 *
 * @param input the envelope or its text, as hostile as anything from outside
 * @param options `subject`: whom it has to be for; `now`: wall clock, ms
 * @throws GUARD_OPERATORS_ABSENT, GUARD_GRANT_INVALID, GUARD_GRANT_SUBJECT, GUARD_GRANT_SELF, GUARD_GRANT_EXPIRED,
 *   CORE_BAD_DID, CORE_UNKNOWN_TERM, and the codes of `verifyOperatorEnvelope`
 */
export async function openGrant(
  input: Envelope | string,
  options: { readonly subject: Did; readonly operators: Operators | undefined; readonly now: number },
): Promise<VerifiedGrant> {
  const { subject, operators, now } = options;
  if (operators === undefined)
    throw new TtpError('GUARD_OPERATORS_ABSENT', 'grants need a roster of operators');
  const { id, head, body, operator } = await verifyOperatorEnvelope(input, {
    type: 'ttp/grant@1',
    parse: parseGrant,
    operators,
    now,
    privileges: ['policy:sign'],
  });
  if (body.subject !== subject) throw refused('GUARD_GRANT_SUBJECT', `for ${body.subject}`, 'subject');
  if (head.iss === subject) throw refused('GUARD_GRANT_SELF', `${subject} grants it to itself`, 'subject');
  if (!(now < body.notAfter)) throw refused('GUARD_GRANT_EXPIRED', `until ${body.notAfter}`, 'notAfter');
  return { ...body, id, operator };
}

function parseGrant({ subject, capability, notAfter, ...rest }: JsonObject): Grant {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw invalid(unknown);
  if (typeof subject !== 'string') throw invalid('subject');
  if (typeof capability !== 'string') throw invalid('capability');
  if (typeof notAfter !== 'number' || !Number.isSafeInteger(notAfter) || notAfter < 0)
    throw invalid('notAfter');
  // A capability that is in no registry is never granted, whoever signs it (flaw.P18).
  return {
    subject: asDid(subject),
    capability: asTerm(CAPABILITIES, capability, 'body.capability'),
    notAfter,
  };
}

const refused = (
  code: 'GUARD_GRANT_SUBJECT' | 'GUARD_GRANT_SELF' | 'GUARD_GRANT_EXPIRED',
  message: string,
  member: string,
): TtpError => new TtpError(code, message, { field: `body.${member}` });

const invalid = (member: string): TtpError =>
  new TtpError('GUARD_GRANT_INVALID', `the body of the grant has a wrong ${member}`, {
    field: `body.${member}`,
  });
