import { Point } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import type { SeededRandom } from '@ttp/testkit';
import { concatBytes, fromHex } from '../src/index.js';

/** The order of the base point. */
export const L: bigint = Point.CURVE().n;

/** The eight points of small order; index 1 generates them. */
export const TORSION: readonly Point[] = (() => {
  const generator = Point.fromBytes(
    fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
  );
  const points: Point[] = [];
  for (let point = Point.ZERO; points.length < 8; point = point.add(generator)) points.push(point);
  return points;
})();

export const numberOf = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);

export const bytesOf = (number: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn));

/** The prime of the field. */
export const P: bigint = 2n ** 255n - 19n;
/** Every way of writing a y of p or more in 255 bits, with both signs of x. */
export const NON_CANONICAL: readonly Uint8Array[] = Array.from(
  { length: 19 },
  (_, i) => P + BigInt(i),
).flatMap((y) => [bytesOf(y), bytesOf(y | (1n << 255n))]);

/** A public key, message and signature, as they reach a verifier. */
export interface Attempt {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * A signature whose A and R may carry a point of small order: S B = R + k A holds on the curve, once multiplied by
 * the cofactor. `torsionOfR` may depend on k, so that the equation holds without the cofactor too.
 */
export function forge(
  random: SeededRandom,
  options: {
    readonly secret?: bigint;
    readonly nonce?: bigint;
    readonly torsionOfA?: number;
    readonly torsionOfR?: number;
    /** Only a signature for which the equation holds without the cofactor, or only one for which it does not. */
    readonly exact?: boolean;
  },
): Attempt {
  const { torsionOfA = 0, torsionOfR = 0, exact } = options;
  const secret = options.secret ?? numberOf(random.bytes(32)) % L;
  const A = multiply(secret).add(TORSION[torsionOfA] ?? Point.ZERO);
  for (;;) {
    const nonce = options.nonce ?? numberOf(random.bytes(32)) % L;
    const R = multiply(nonce)
      .add(TORSION[torsionOfR] ?? Point.ZERO)
      .toBytes();
    const message = random.bytes(16);
    const publicKey = A.toBytes();
    const k = numberOf(sha512(concatBytes(R, publicKey, message))) % L;
    const holds = (Number(k % 8n) * torsionOfA + torsionOfR) % 8 === 0;
    if (exact !== undefined && exact !== holds) continue;
    const S = (nonce + k * secret) % L;
    return { publicKey, message, signature: concatBytes(R, bytesOf(S)) };
  }
}

const multiply = (scalar: bigint): Point => (scalar === 0n ? Point.ZERO : Point.BASE.multiply(scalar));
