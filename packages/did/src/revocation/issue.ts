import type { Clock, Did, Envelope, Hash, Signer } from '@ttp/core';
import { signEnvelope } from '@ttp/crypto';
import {
  parseRevocation,
  parseRuling,
  REVOCATION,
  type RevocationBody,
  RULING,
  type RulingBody,
} from './statement.js';

/** What an issuer states, and with what. */
export interface IssueOptions {
  readonly issuer: Did;
  /** The keys of the issuer, or of the authorities that sign together. */
  readonly signers: readonly Signer[];
  readonly clock: Clock;
}

/**
 * Signs a revocation. Whether the issuer has the authority is for its readers to say.
 *
 * @throws DID_BAD_REVOCATION, and the codes of `signEnvelope`
 */
export async function signRevocation(
  statement: Omit<RevocationBody, 'v'>,
  { issuer: iss, signers, clock }: IssueOptions,
): Promise<Envelope<typeof REVOCATION, RevocationBody>> {
  const head = { iss, iat: clock.now() };
  const body = parseRevocation({ v: 1, ...statement }, head);
  return signEnvelope({ type: REVOCATION, head, body, signers });
}

/**
 * Signs a ruling that lifts a revocation; authorities sign it together.
 *
 * @param ruling the id of the revocation's envelope, and why it is lifted
 * @throws DID_BAD_REVOCATION, and the codes of `signEnvelope`
 */
export async function signRuling(
  ruling: { readonly revocation: Hash; readonly reason: string },
  { issuer: iss, signers, clock }: IssueOptions,
): Promise<Envelope<typeof RULING, RulingBody>> {
  const body = parseRuling({ v: 1, ...ruling });
  return signEnvelope({ type: RULING, head: { iss, iat: clock.now() }, body, signers });
}
