// The laws C-1, C-4, C-5 and C-6 of the threat model; C-2 stands in verdicts.node.test.ts, C-3 in parsers.node.test.ts.
import { isTtpError, type Json } from '@ttp/core';
import { proves, type SeededRandom, seededRandom, vectors, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  base58btc,
  base64,
  base64url,
  canonicalBytes,
  canonicalize,
  createSigner,
  decodeEnvelope,
  encodeEnvelope,
  equalBytes,
  frame,
  fromBase58btc,
  fromBase64,
  fromBase64url,
  fromHex,
  fromMultibase,
  fromMultikey,
  fromUtf8,
  generateKeyPair,
  hex,
  isEnvelopeType,
  multibase,
  multikey,
  PURPOSES,
  parseJson,
  utf8,
  verifySignature,
} from '../src/index.js';

const FRAMED = Object.keys(PURPOSES).filter(isEnvelopeType);
const FOREIGN = Object.keys(PURPOSES).filter((name) => !isEnvelopeType(name));

/** A byte string, often one that is nearly another: a prefix, one byte more, one bit off. */
function near(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  return random.pick([
    () => bytes,
    () => bytes.slice(),
    () => bytes.subarray(0, random.int(bytes.length + 1)),
    () => Uint8Array.from([...bytes, random.int(256)]),
    () => Uint8Array.from([random.int(256), ...bytes]),
    () => flipped(random, bytes),
    () => random.bytes(random.int(80)),
  ])();
}

function flipped(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(1);
  const changed = Uint8Array.from(bytes);
  const at = random.int(bytes.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << random.int(8));
  return changed;
}

describe('law C-1', () => {
  it('a signature verifies for its purpose, its message and its key, and for nothing else', async () => {
    proves('law.C-1', 'flaw.H2');
    const keys = [1, 2, 3].map((n) => generateKeyPair(seededRandom(`law C-1 ${n}`)));
    let same = 0;
    let other = 0;
    await withSeed('law C-1', 40, async (random) => {
      const { seed, publicKey } = random.pick(keys);
      const purpose = random.pick(FRAMED);
      const payload = random.bytes(random.int(60));
      const signer = createSigner({ seed, kid: 'did:ttp:agent:x#key-1', purposes: FRAMED });
      const signature = await signer.sign(purpose, payload);
      for (let i = 0; i < 12; i++) {
        const as = random.pick([purpose, purpose, random.pick(FRAMED), random.pick(FOREIGN), `${purpose}0`]);
        const message = near(random, payload);
        const key = random.pick([
          publicKey,
          publicKey,
          random.pick(keys).publicKey,
          flipped(random, publicKey),
        ]);
        const isSame = as === purpose && equalBytes(message, payload) && equalBytes(key, publicKey);
        expect(verifySignature({ purpose: as, payload: message, signature, publicKey: key })).toBe(isSame);
        if (isSame) same++;
        else other++;
      }
      expect(verifySignature({ purpose, payload, signature: flipped(random, signature), publicKey })).toBe(
        false,
      );
    });
    // Both sides of the law were looked at.
    expect(Math.min(same, other)).toBeGreaterThan(30);
  });
});

/** Texts that something reads, and how the value that was read is written. */
const ENCODINGS: readonly {
  readonly name: string;
  readonly seeds: readonly string[];
  readonly again: (text: string) => string;
}[] = [
  {
    name: 'an envelope',
    seeds: vectors<{ readonly envelope: string }>('envelope').map(({ envelope }) => envelope),
    again: (text) => encodeEnvelope(decodeEnvelope(text)),
  },
  {
    name: 'the JSON of an envelope',
    seeds: ['{"a":[1,-2,true,null,"éx"],"b":{"":"\\n"},"c":"€"}'],
    again: (text) => canonicalize(canonicalOrRefuse(text)),
  },
  {
    name: 'base64url',
    seeds: ['AAECAwQFBgcICQoLDA0ODw', '_-8'],
    again: (text) => base64url(fromBase64url(text)),
  },
  { name: 'base64', seeds: ['AAECAwQFBgcICQoLDA0ODw==', '/+8='], again: (text) => base64(fromBase64(text)) },
  { name: 'hex', seeds: ['00ff10ab'], again: (text) => hex(fromHex(text)) },
  { name: 'base58', seeds: ['11StV1DL6CwTryKyV'], again: (text) => base58btc(fromBase58btc(text)) },
  { name: 'multibase', seeds: ['z11StV1DL6CwTryKyV'], again: (text) => multibase(fromMultibase(text)) },
  {
    name: 'a Multikey',
    seeds: ['z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX'],
    again: (text) => multikey(fromMultikey(text)),
  },
];

/** What the envelope profile reads; the check that it is canonical is the envelope's, so it is made here. */
function canonicalOrRefuse(text: string): Json {
  return parseJson(text, { profile: 'envelope' });
}

const PIECES = [
  '',
  '0',
  '1',
  'A',
  'a',
  '=',
  '-',
  '_',
  '+',
  '"',
  ',',
  ' ',
  '\\u0061',
  '1e0',
  '-0',
  '\n',
  'é',
  'z',
];

function altered(random: SeededRandom, text: string): string {
  const at = random.int(text.length + 1);
  return text.slice(0, at) + random.pick(PIECES) + text.slice(at + random.int(3));
}

describe('law C-4', () => {
  it.each(ENCODINGS)(
    '$name has one spelling: what is read is what would be written',
    async ({ name, seeds, again }) => {
      proves('law.C-4');
      let read = 0;
      await withSeed(`law C-4 ${name}`, 20, (random) => {
        for (let i = 0; i < 150; i++) {
          const seed = random.pick(seeds);
          const text = random.int(10) === 0 ? seed : altered(random, seed);
          try {
            if (again(text) !== text) throw new RangeError(`two spellings: ${text}`);
            read++;
          } catch (error) {
            if (!isTtpError(error)) throw error;
          }
        }
      });
      expect(read).toBeGreaterThan(200);
    },
  );
});

/** A JSON value; small, so that two of them are often alike. */
function value(random: SeededRandom, depth = 0): Json {
  const make = random.pick<() => Json>([
    () => random.pick([null, true, false]),
    () => random.pick([0, -0, 1, -1, 0.1, 1e21, 5e-324, 2 ** 53 - 1]),
    () => random.pick(['', 'a', 'é', 'e\u0301', '\u0000', '"', '1', 'null', '\ud83d\ude00', '\uffff']),
    () => (depth > 2 ? [] : Array.from({ length: random.int(3) }, () => value(random, depth + 1))),
    () =>
      depth > 2
        ? {}
        : Object.fromEntries(
            Array.from({ length: random.int(3) }, () => [
              random.pick(['', 'a', 'b', 'é', '\ud83d\ude00', '\uffff', '1', '10']),
              value(random, depth + 1),
            ]),
          ),
  ]);
  return make();
}

/** Whether two values are the same JSON, member by member: a reference without any text. */
function isSameJson(one: Json, other: Json): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null)
    return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [mine, theirs] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  return (
    mine.size === theirs.size &&
    [...mine].every(([name, member]) => {
      const match = theirs.get(name);
      return match !== undefined && isSameJson(member, match);
    })
  );
}

describe('law C-5', () => {
  it('two values have one canonical form exactly if they are the same, and it is its own', async () => {
    proves('law.C-5');
    let alike = 0;
    let different = 0;
    await withSeed('law C-5', 60, (random) => {
      for (let i = 0; i < 100; i++) {
        const one = value(random);
        const other = random.int(4) === 0 ? shuffled(random, one) : value(random);
        const [left, right] = [canonicalize(one), canonicalize(other)];
        expect(left === right).toBe(isSameJson(one, other));
        if (left === right) alike++;
        else different++;
        expect(canonicalize(parseJson(left))).toBe(left);
        expect(fromUtf8(canonicalBytes(one))).toBe(left);
        expect(isSameJson(parseJson(left), one)).toBe(true);
      }
    });
    expect(Math.min(alike, different)).toBeGreaterThan(500);
  });
});

/** The same value with its members in another order. */
function shuffled(random: SeededRandom, given: Json): Json {
  if (typeof given !== 'object' || given === null) return given;
  if (Array.isArray(given)) return given.map((member) => shuffled(random, member));
  const members = Object.entries(given).map(([name, member]) => [name, shuffled(random, member)] as const);
  return Object.fromEntries(random.int(2) === 0 ? members.toReversed() : members);
}

describe('law C-6', () => {
  it('the bytes that are signed say what for: no two purposes, and no two payloads, share them', async () => {
    proves('law.C-6', 'flaw.H2');
    const begins = utf8('TTP-v1\0');
    await withSeed('law C-6', 60, (random) => {
      for (let i = 0; i < 100; i++) {
        const purpose = random.pick(FRAMED);
        // Payloads that try to look like the end of a purpose and the length after it.
        const payload = random.pick([
          () => random.bytes(random.int(40)),
          () => utf8(random.pick(FRAMED)),
          () => frame(random.pick(FRAMED), random.bytes(random.int(20))),
          () => Uint8Array.of(0, 0, 0, random.int(30)),
        ])();
        const bytes = frame(purpose, payload);
        expect(unframed(bytes)).toEqual({ purpose, payload });
        expect(equalBytes(bytes.subarray(0, begins.length), begins)).toBe(true);
      }
    });
  });
});

/** Reads a frame back, from its definition alone (decision D6). */
function unframed(bytes: Uint8Array): { readonly purpose: string; readonly payload: Uint8Array } {
  const length = bytes[7] ?? 0;
  const purpose = fromUtf8(bytes.subarray(8, 8 + length));
  const at = 8 + length;
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
  const payload = bytes.slice(at + 4);
  if (payload.length !== size) throw new RangeError('a frame ends with its payload');
  return { purpose, payload };
}
