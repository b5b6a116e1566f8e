import { TtpError } from '@ttp/core';
import { concatBytes, fromUtf8 } from '@ttp/crypto';
import { VALUE_MAX_UNITS } from './limits.js';

/**
 * The whole of a stream as text. What checks a result has to see all of it: between two chunks anything can hide.
 *
 * @throws GUARD_VALUE_TOO_LARGE from {@link VALUE_MAX_UNITS} bytes on, CRYPTO_BAD_UTF8
 */
export async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > VALUE_MAX_UNITS)
      throw new TtpError('GUARD_VALUE_TOO_LARGE', `a stream of more than ${VALUE_MAX_UNITS} bytes`);
    // A copy: the sender may fill the same memory again.
    held.push(chunk.slice());
  }
  return fromUtf8(concatBytes(...held));
}
