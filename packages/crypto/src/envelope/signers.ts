import { type Did, TtpError } from '@ttp/core';
import { hex } from '../encoding/hex.js';

/** Who has to sign: every one of `all`, or at least so many of `of`. Nobody else may. */
export type SignersRule =
  | { readonly all: readonly Did[] }
  | { readonly of: readonly Did[]; readonly atLeast: number };

/** One verified signature: whose, and with which key. */
export interface SignedBy {
  readonly did: Did;
  readonly publicKey: Uint8Array;
}

/**
 * What makes two DIDs the same somebody: the inception. A `did:ttp` carries the hash of it, whatever the type in
 * front (decisions D1, D4); another DID is its own.
 *
 * @param did any DID
 * @returns the inception's hash as the DID has it, or the DID itself where its method knows no inception
 */
export function inceptionOf(did: Did): string {
  const [, method, , scid] = did.split(':');
  return method === 'ttp' && scid !== undefined ? scid : did;
}

/**
 * Refuses a rule that asks for nobody, or for more than there are: `atLeast: 0` would accept what nobody meant.
 *
 * @throws CRYPTO_ENVELOPE_SIGNERS_RULE
 */
export function requireRule(rule: SignersRule): void {
  const enough = 'all' in rule ? rule.all.length > 0 : rule.atLeast >= 1 && Number.isInteger(rule.atLeast);
  if (!enough || needed(rule) > distinct(allowed(rule)))
    throw new TtpError('CRYPTO_ENVELOPE_SIGNERS_RULE', 'the rule of signers is empty or cannot be met');
}

/** Refuses a signature of somebody the rule does not name. Throws CRYPTO_ENVELOPE_FOREIGN_SIGNER. */
export function requireAllowed(rule: SignersRule, did: Did, field: string): void {
  if (!allowed(rule).includes(did))
    throw new TtpError('CRYPTO_ENVELOPE_FOREIGN_SIGNER', `${did} is not one of those who sign`, { field });
}

/**
 * Checks that enough have signed. Signatures that share an inception or a public key are one signer's: two key ids
 * with one key count once, and so do two keys of one identity.
 *
 * @throws CRYPTO_ENVELOPE_SIGNER_MISSING
 */
export function requireEnough(rule: SignersRule, signed: readonly SignedBy[]): void {
  const missing = 'all' in rule ? rule.all.find((did) => !signed.some((by) => by.did === did)) : undefined;
  const count = countSigners(signed);
  if (missing !== undefined || count < needed(rule))
    throw new TtpError(
      'CRYPTO_ENVELOPE_SIGNER_MISSING',
      missing === undefined ? `${count} distinct signers of ${needed(rule)}` : `${missing} did not sign`,
      { field: 'sigs' },
    );
}

const allowed = (rule: SignersRule): readonly Did[] => ('all' in rule ? rule.all : rule.of);
const distinct = (dids: readonly Did[]): number => new Set(dids.map(inceptionOf)).size;
const needed = (rule: SignersRule): number => ('all' in rule ? distinct(rule.all) : rule.atLeast);

/** The number of groups, where what shares an inception or a key is in one group. */
function countSigners(signed: readonly SignedBy[]): number {
  if (signed.length === 1) return 1;
  let groups: ReadonlySet<string>[] = [];
  for (const { did, publicKey } of signed) {
    const marks = [`inception ${inceptionOf(did)}`, `key ${hex(publicKey)}`];
    const joined = groups.filter((group) => marks.some((mark) => group.has(mark)));
    groups = groups.filter((group) => !joined.includes(group));
    groups.push(new Set([...marks, ...joined.flatMap((group) => [...group])]));
  }
  return groups.length;
}
