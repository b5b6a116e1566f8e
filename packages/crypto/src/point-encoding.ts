import { fromHex } from './encoding/hex.js';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './limits.js';

/** p = 2^255 - 19, little-endian: the y of a canonical encoding is below it. */
const P: Uint8Array = /* @__PURE__ */ fromHex(`ed${'ff'.repeat(30)}7f`);

/** L = 2^252 + 27742317777372353535851937790883648493, the order of the base point, little-endian. */
const L: Uint8Array = /* @__PURE__ */ fromHex(`edd3f55c1a631258d69cf7a2def9de14${'00'.repeat(15)}10`);

/**
 * The y coordinates of the eight points of small order, little-endian: 1 (the identity), p - 1 (order 2), 0 (order
 * 4) and the two of order 8. Points of one y differ in the sign of x alone.
 */
const SMALL_ORDER_Y: readonly Uint8Array[] = [
  /* @__PURE__ */ fromHex(`01${'00'.repeat(31)}`),
  /* @__PURE__ */ fromHex(`ec${'ff'.repeat(30)}7f`),
  /* @__PURE__ */ fromHex('00'.repeat(32)),
  /* @__PURE__ */ fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
  /* @__PURE__ */ fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
];

/** The highest byte of a point holds the sign of x in its highest bit, that of S does not. */
const WITHOUT_SIGN = 0x7f;
const WHOLE = 0xff;

/**
 * Whether 32 bytes may be the encoding of A or R in the strict profile: canonical, and of none of the eight points
 * of small order. That the point lies on the curve is for the equation to find out (decision D5).
 */
export function isStrictPoint(bytes: Uint8Array): boolean {
  // x = 0 with the sign set is not canonical either; the only such y are 1 and p - 1, which are of small order.
  return bytes.length === PUBLIC_KEY_BYTES && compare(bytes, P, WITHOUT_SIGN) < 0 && !isSmallOrder(bytes);
}

/**
 * What both backends check before the equation: lengths, R canonical and not of small order, S below L. The same of
 * A is checked apart, once for a cached key.
 */
export function isStrictSignature(signature: Uint8Array): boolean {
  return (
    signature.length === SIGNATURE_BYTES &&
    isStrictPoint(signature.subarray(0, 32)) &&
    compare(signature.subarray(32), L, WHOLE) < 0
  );
}

function isSmallOrder(point: Uint8Array): boolean {
  for (const y of SMALL_ORDER_Y) if (compare(point, y, WITHOUT_SIGN) === 0) return true;
  return false;
}

/**
 * Below zero, zero or above as the number `a`, its highest byte taken through `mask`, is below `b`, equal or above.
 * Both are 32 little-endian bytes. Public values: need not be constant-time.
 */
function compare(a: Uint8Array, b: Uint8Array, mask: number): number {
  const highest = ((a[31] ?? 0) & mask) - (b[31] ?? 0);
  if (highest !== 0) return highest;
  for (let i = 30; i >= 0; i--) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
