import { TtpError } from '@ttp/core';

/**
 * An index or size as a JSON number. JSON integers end at 2^53-1 (decision D7), long before RFC 9162 does.
 * Throws ETR_BAD_POSITION.
 */
export function positionToJson(n: bigint, field: string): number {
  if (n < 0n || n > BigInt(Number.MAX_SAFE_INTEGER))
    throw new TtpError('ETR_BAD_POSITION', `${n} cannot be written as a JSON integer`, { field });
  return Number(n);
}
