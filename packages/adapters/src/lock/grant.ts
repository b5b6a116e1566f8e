import { TtpError } from '@ttp/core';

/** Who has a lock, or had it last. */
export interface Grant {
  /** Grows with every grant. */
  readonly fence: bigint;
  /** Wall clock, ms; 0 once it is released. */
  readonly until: number;
  /** 16 random bytes: two processes that were granted the same fence by a clock set back are still two. */
  readonly holder: Uint8Array;
}

/** Fence, end and holder. */
const GRANT_BYTES = 8 + 8 + 16;

/** The bytes that are stored for a grant. */
export function valueOf({ fence, until, holder }: Grant): Uint8Array {
  const value = new Uint8Array(GRANT_BYTES);
  const view = new DataView(value.buffer);
  view.setBigUint64(0, fence);
  view.setBigUint64(8, BigInt(until));
  value.set(holder, 16);
  return value;
}

/** The grant that was stored. Throws STORE_UNREADABLE: a record that is not whole does not free the lock. */
export function grantOf(value: Uint8Array): Grant {
  if (value.length !== GRANT_BYTES)
    throw new TtpError('STORE_UNREADABLE', 'the record of the lock does not hold what was written');
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  return { fence: view.getBigUint64(0), until: Number(view.getBigUint64(8)), holder: value.slice(16) };
}

/** Whether two are the same grant, renewed or not. */
export const isGrant = (one: Grant, other: Grant): boolean =>
  one.fence === other.fence && one.holder.every((byte, i) => byte === other.holder[i]);
