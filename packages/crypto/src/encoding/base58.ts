import { TtpError } from '@ttp/core';
import { BASE58_MAX_BYTES } from '../limits.js';

const DIGITS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** Digits that a byte string of the longest length can need: log(256) / log(58) = 1.3657... a byte. */
const MAX_CHARS = Math.ceil(BASE58_MAX_BYTES * 1.3658);

/** Base58 with Bitcoin's alphabet; leading zero bytes are leading `1`s. Throws CRYPTO_BAD_BASE58 beyond {@link BASE58_MAX_BYTES}. */
export function base58btc(bytes: Uint8Array): string {
  if (bytes.length > BASE58_MAX_BYTES)
    throw new TtpError('CRYPTO_BAD_BASE58', `more than ${BASE58_MAX_BYTES} bytes`);
  const digits = convert([...bytes], 256, 58);
  return digits.map((digit) => DIGITS.charAt(digit)).join('');
}

/** The bytes of base58btc without multibase prefix. Throws CRYPTO_BAD_BASE58. */
export function fromBase58btc(text: string): Uint8Array {
  if (text.length > MAX_CHARS) throw new TtpError('CRYPTO_BAD_BASE58', `more than ${MAX_CHARS} digits`);
  const digits = Array.from(text, (digit) => DIGITS.indexOf(digit));
  if (digits.includes(-1)) throw new TtpError('CRYPTO_BAD_BASE58', 'not a digit of base58btc');
  return Uint8Array.from(convert(digits, 58, 256));
}

/** Big-endian digits of one base in another; each leading zero stays one leading zero. */
function convert(digits: readonly number[], from: number, to: number): number[] {
  const zeros = digits.findIndex((digit) => digit !== 0);
  const leading = zeros === -1 ? digits.length : zeros;
  const out: number[] = []; // the lowest digit first
  for (const digit of digits.slice(leading)) {
    let carry = digit;
    for (let i = 0; i < out.length; i++) {
      carry += (out[i] ?? 0) * from;
      out[i] = carry % to;
      carry = Math.floor(carry / to);
    }
    for (; carry > 0; carry = Math.floor(carry / to)) out.push(carry % to);
  }
  for (let i = 0; i < leading; i++) out.push(0);
  return Array.from(out, (_, i) => out[out.length - 1 - i] ?? 0);
}
