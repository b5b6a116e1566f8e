import { TtpError } from '@ttp/core';
import { equalBytes } from '../bytes.js';
import { sha256, sha512 } from '../hash.js';
import { isInnerList, parseDictionary, writeMember } from './structured.js';

/** The algorithms of RFC 9530 that are secure; the others of its registry are not read. */
export type DigestAlgorithm = 'sha-256' | 'sha-512';

const HASHES: ReadonlyMap<string, (bytes: Uint8Array) => Uint8Array> = new Map([
  ['sha-256', sha256],
  ['sha-512', sha512],
]);

/**
 * The value of `Content-Digest` or `Repr-Digest` (RFC 9530).
 *
 * @param bytes the content as it is sent, or for `Repr-Digest` the whole representation
 * @param algorithms one member for each, in this order
 * @throws CRYPTO_HTTP_ALGORITHM for an algorithm that is not one of these
 */
export function digestField(bytes: Uint8Array, algorithms: readonly DigestAlgorithm[] = ['sha-256']): string {
  return algorithms
    .map((algorithm) => {
      const hash = HASHES.get(algorithm);
      if (hash === undefined) throw new TtpError('CRYPTO_HTTP_ALGORITHM', 'not an algorithm of a digest');
      return `${algorithm}=${writeMember({ item: { type: 'binary', value: hash(bytes) }, params: new Map() })}`;
    })
    .join(', ');
}

/**
 * Checks `Content-Digest` against the content, or `Repr-Digest` against the representation. Every digest by an
 * algorithm that is known has to match, and one at least has to be known.
 *
 * @param value the field's value; undefined where the message has none
 * @throws CRYPTO_HTTP_DIGEST, CRYPTO_HTTP_SYNTAX
 */
export function requireDigest(value: string | undefined, bytes: Uint8Array): void {
  if (value === undefined) throw new TtpError('CRYPTO_HTTP_DIGEST', 'the message has no digest');
  let checked = 0;
  for (const [algorithm, member] of parseDictionary(value)) {
    const hash = HASHES.get(algorithm);
    if (hash === undefined) continue;
    if (isInnerList(member) || member.item.type !== 'binary' || !equalBytes(member.item.value, hash(bytes)))
      throw new TtpError('CRYPTO_HTTP_DIGEST', `${algorithm} is of something else`);
    checked++;
  }
  if (checked === 0) throw new TtpError('CRYPTO_HTTP_DIGEST', 'no digest by sha-256 or sha-512');
}
