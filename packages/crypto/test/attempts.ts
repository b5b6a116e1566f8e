import { type SeededRandom, seededRandom } from '@ttp/testkit';
import * as reference from '../src/backend.js';
import { concatBytes, equalBytes } from '../src/index.js';
import { type Attempt, bytesOf, forge, L, NON_CANONICAL, numberOf, TORSION } from './forge.js';

/** An attempt, and the verdict that the strict profile has to give, known by how the attempt was made. */
export interface JudgedAttempt extends Attempt {
  readonly expected: boolean;
}

/** Honest signatures, and forged ones whose A and R carry a point of small order, with and without a fitting equation. */
function originalsOf(random: SeededRandom): readonly JudgedAttempt[] {
  const honest = Array.from({ length: 48 }, () => {
    const key = reference.signingKey(random.bytes(32));
    const message = random.bytes(1 + random.int(100));
    return { publicKey: key.publicKey, message, signature: key.sign(message), expected: true };
  });
  const forged = [1, 2, 4, 7].flatMap((torsionOfA) =>
    [true, false].map((exact) => ({
      ...forge(random, { torsionOfA, torsionOfR: torsionOfA, exact }),
      expected: exact,
    })),
  );
  return [...honest, ...forged];
}

/** `count` attempts, the same for the same seed on every machine. */
export function* judgedAttempts(count: number, seed: string): Generator<JudgedAttempt> {
  const random = seededRandom(seed);
  const originals = originalsOf(random);
  const points = [...NON_CANONICAL, ...TORSION.map((point) => point.toBytes())];
  for (let n = 0; n < count; n++) yield mutate(random, random.pick(originals), { originals, points });
}

function mutate(
  random: SeededRandom,
  original: JudgedAttempt,
  { originals, points }: { readonly originals: readonly Attempt[]; readonly points: readonly Uint8Array[] },
): JudgedAttempt {
  const { publicKey, message, signature } = original;
  const [R, S] = [signature.subarray(0, 32), signature.subarray(32)];
  const other = random.pick(originals);
  const weird = (): Uint8Array => (random.int(3) === 0 ? random.bytes(32) : random.pick(points));
  switch (random.int(10)) {
    case 0:
      return original;
    case 1:
      return judged(original, { publicKey: weird() });
    case 2:
      return judged(original, { publicKey: other.publicKey });
    case 3:
      return judged(original, { signature: concatBytes(weird(), S) });
    case 4:
      return judged(original, { signature: concatBytes(other.signature.subarray(0, 32), S) });
    case 5: {
      const again = (numberOf(S) + L * BigInt(random.int(16))) % 2n ** 256n;
      return judged(original, { signature: concatBytes(R, bytesOf(again)) });
    }
    case 6:
      return judged(original, { message: flipped(random, message) });
    case 7:
      return judged(original, { publicKey: flipped(random, publicKey) });
    default:
      return judged(original, { signature: flipped(random, signature) });
  }
}

/** Whatever differs from the original is refused: an exception would be a forgery. */
function judged(original: JudgedAttempt, change: Partial<Attempt>): JudgedAttempt {
  const changed = { ...original, ...change };
  const isSame =
    equalBytes(changed.publicKey, original.publicKey) &&
    equalBytes(changed.message, original.message) &&
    equalBytes(changed.signature, original.signature);
  return { ...changed, expected: isSame && original.expected };
}

function flipped(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const at = random.int(bytes.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << random.int(8));
  return changed;
}
