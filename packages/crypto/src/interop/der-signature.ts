import { concatBytes } from '../bytes.js';

/** Length of r and of s on P-256. */
const SCALAR_BYTES = 32;

/**
 * The signature of ECDSA on P-256 as r and s, 32 bytes each, of its DER (RFC 3279 section 2.2.3): a sequence of two
 * positive integers in their one encoding. Undefined for every other input.
 */
export function rawOfDer(der: Uint8Array): Uint8Array | undefined {
  // The longest is 72 bytes: every length in it is a single byte.
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 72) return undefined;
  const r = integerAt(der, 2);
  const s = r === undefined ? undefined : integerAt(der, r.end);
  return r === undefined || s?.end !== der.length ? undefined : concatBytes(r.scalar, s.scalar);
}

function integerAt(
  der: Uint8Array,
  at: number,
): { readonly scalar: Uint8Array; readonly end: number } | undefined {
  const length = der[at + 1] ?? 0;
  const bytes = der.subarray(at + 2, at + 2 + length);
  const [first, second] = bytes;
  if (der[at] !== 2 || first === undefined || bytes.length !== length) return undefined;
  // Negative, or with a zero in front that nothing asks for.
  if (first > 0x7f || (first === 0 && second !== undefined && second <= 0x7f)) return undefined;
  const digits = first === 0 ? bytes.subarray(1) : bytes;
  if (digits.length > SCALAR_BYTES) return undefined;
  const scalar = new Uint8Array(SCALAR_BYTES);
  scalar.set(digits, SCALAR_BYTES - digits.length);
  return { scalar, end: at + 2 + length };
}
