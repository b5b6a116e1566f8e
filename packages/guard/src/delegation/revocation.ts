import {
  asHash,
  asTime,
  type Did,
  type Envelope,
  type Hash,
  type JsonObject,
  type Operators,
  type Signer,
  type Store,
  TtpError,
} from '@ttp/core';
import {
  decodeEnvelope,
  encodeEnvelope,
  issuerOf,
  signEnvelope,
  utf8,
  verifyEnvelope,
  verifyOperatorEnvelope,
} from '@ttp/crypto';
import type { OpenDelegationOptions, VerifiedDelegation } from './chain.js';

const TYPE = 'ttp/delegation-revocation@1';

/** Signs that a link holds no longer, nor any that follows it. Throws CORE_BAD_HASH, CORE_BAD_TIME, and what the signer throws. */
export const signDelegationRevocation = async (
  link: Hash,
  signer: Signer,
  now: number,
): Promise<Envelope<typeof TYPE>> =>
  signEnvelope({
    type: TYPE,
    head: { iss: issuerOf(signer), iat: asTime(now) },
    body: { delegation: asHash(link) },
    signers: [signer],
  });

const keyOf = (link: Hash): string => `guard/delegation/revoked/${link}`;

/**
 * Verifies the revocation of a link and stores it, for good: every chain with the link in it is refused from then on
 * by all who share the store. Whoever signed that link, or one before it in its chain, may revoke it, and every operator
 * who may order kills or sign policies: stopping is cheap (decision D33).
 *
 * @param chain the link's own
 * @returns the id of the link
 * @throws GUARD_DELEGATION_FOREIGN for a link of another chain, and for somebody who is not above it; the codes of
 *   `verifyEnvelope` and `verifyOperatorEnvelope`, CORE_BAD_HASH, GUARD_DELEGATION_INVALID, and what the store throws
 */
export async function revokeDelegation(
  input: Envelope | string,
  { links }: Pick<VerifiedDelegation, 'links'>,
  {
    store,
    now,
    keysOf,
    operators,
  }: Pick<OpenDelegationOptions, 'now' | 'keysOf'> & {
    readonly store: Pick<Store, 'put'>;
    readonly operators?: Operators;
  },
): Promise<Hash> {
  const text = typeof input === 'string' ? input : encodeEnvelope(input);
  const { head, sigs } = decodeEnvelope(text);
  const isOperators = (await operators?.byKid(sigs[0]?.kid ?? '')) !== undefined;
  const {
    body: { delegation },
  } =
    operators !== undefined && isOperators
      ? await verifyOperatorEnvelope(text, {
          type: TYPE,
          parse,
          operators,
          now,
          privileges: ['kill:order', 'policy:sign'],
        })
      : verifyEnvelope(text, { type: TYPE, parse, keyOf: await keysOf(head.iss), now });
  const at = links.findIndex(({ id }) => id === delegation);
  const mayRevoke: readonly Did[] = links.slice(0, at + 1).map(({ issuer }) => issuer);
  if (at < 0 || !(isOperators || mayRevoke.includes(head.iss)))
    throw new TtpError('GUARD_DELEGATION_FOREIGN', `not for ${head.iss} to revoke`, {
      field: at < 0 ? 'body.delegation' : 'head.iss',
    });
  await store.put(keyOf(delegation), utf8(text));
  return delegation;
}

/**
 * Throws GUARD_DELEGATION_REVOKED where one of the links was revoked: it takes along all that follow it. A record of
 * whatever content counts, since nothing else is ever kept there.
 *
 * @throws what the store throws
 */
export async function requireUnrevoked(
  { links }: Pick<VerifiedDelegation, 'links'>,
  store: Pick<Store, 'get'>,
): Promise<void> {
  const found = await Promise.all(links.map(({ id }) => store.get(keyOf(id))));
  const at = found.findIndex((record) => record !== undefined);
  if (at >= 0)
    throw new TtpError('GUARD_DELEGATION_REVOKED', `${links[at]?.id ?? ''} was revoked`, {
      field: `[${at}]`,
    });
}

function parse({ delegation, ...rest }: JsonObject): { readonly delegation: Hash } {
  const [unknown = 'delegation'] = Object.keys(rest);
  if (typeof delegation !== 'string' || unknown !== 'delegation')
    throw new TtpError('GUARD_DELEGATION_INVALID', 'a revocation names a delegation', {
      field: `body.${unknown}`,
    });
  return { delegation: asHash(delegation) };
}
