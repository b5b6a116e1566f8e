import { type Hash, type Json, TtpError } from '@ttp/core';
import { leafHash } from '../hash.js';
import { hashText } from '../proof.js';
import { type BundleLine, parseLine } from './bundle.js';
import { splitLines } from './bundle-text.js';
import type { Entry } from './filter.js';
import { commitment, payloadValue } from './payload.js';

/**
 * The payloads a bundle discloses, by commitment, for replaying decisions. Each one matches its commitment; that the
 * commitments are the log's own is for `verifyTrace` to say, before.
 *
 * @throws ETR_BUNDLE_LINE, ETR_BUNDLE_PAYLOAD, and the codes of what a line holds
 */
export function bundlePayloads(bundle: string | Uint8Array): ReadonlyMap<Hash, Json> {
  const payloads = new Map<Hash, Json>();
  for (const line of linesOf(bundle)) {
    if (line.kind !== 'payload') continue;
    if (commitment(line.salt, line.bytes) !== line.hash)
      throw new TtpError('ETR_BUNDLE_PAYLOAD', `the payload is not what ${line.hash} commits to`);
    payloads.set(line.hash, payloadValue(line.bytes));
  }
  return payloads;
}

/** The entries of a bundle, in order. Unverified: see `verifyTrace`. Throws ETR_BUNDLE_LINE and the codes of a leaf. */
export function bundleEntries(bundle: string | Uint8Array): Entry[] {
  return linesOf(bundle).flatMap((line) => {
    if (line.kind !== 'entry') return [];
    return [{ ...line.leaf, index: line.index, leafHash: hashText(leafHash(line.bytes)) }];
  });
}

/** The lines of a bundle after the first. Unverified. Throws the codes of what a line holds. */
export const linesOf = (bundle: string | Uint8Array): BundleLine[] =>
  splitLines(bundle).lines.slice(1).map(parseLine);
