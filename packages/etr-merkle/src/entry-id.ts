import { type Hash, isHash, TtpError } from '@ttp/core';

const PREFIX = 'etr:';

/**
 * The id of a log entry, `etr:` and the 64 hexadecimal digits of its leaf hash: all 32 bytes, since entries with
 * equal prefixes can be made on purpose (flaw.E6).
 */
export const entryId = (leafHash: Hash): string => PREFIX + leafHash.slice('sha256:'.length);

/** The leaf hash that an entry id names. A shortened one is for display and refused. Throws ETR_BAD_ENTRY_ID. */
export function parseEntryId(id: string): Hash {
  const hash = `sha256:${id.slice(PREFIX.length)}`;
  if (!id.startsWith(PREFIX) || !isHash(hash))
    throw new TtpError('ETR_BAD_ENTRY_ID', `not an entry id: ${JSON.stringify(id.slice(0, 80))}`);
  return hash;
}
