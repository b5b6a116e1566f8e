import { type Hash, isHash, type Json } from '@ttp/core';

/** Every text in an event's data that is a hash, into `found`. Its depth is bounded by what a leaf may hold. */
export function collectHashes(data: Json, found: Set<Hash>): void {
  if (typeof data === 'string') {
    if (isHash(data)) found.add(data);
  } else if (typeof data === 'object' && data !== null) {
    for (const member of Object.values(data)) collectHashes(member, found);
  }
}
