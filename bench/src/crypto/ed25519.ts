import { createPublicKey, sign as nodeSign, verify as nodeVerify } from 'node:crypto';
import { ed25519 as curves } from '@noble/curves/ed25519.js';
import * as noble from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { systemRandom } from '@ttp/adapters/system';
import { createSigner, frame, generateKeyPair, verifyEd25519 } from '@ttp/crypto';
import type { Portable } from '../portable.ts';
import { type Contestant, type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';
import { importPrivate, importPublic, newKey, nodeKeygen, rawPublic, type Signed, signed } from './keys.ts';

noble.hashes.sha512 = sha512;

export function keygen(portable: Portable, effort: Effort): Promise<RaceResult> {
  const { seed } = newKey();
  return race(
    {
      title: 'Ed25519, a new key pair',
      work: 'Seed and raw public key, 32 bytes each. Checked before: the same seed gives the same public key.',
      contestants: [
        {
          name: 'ttp, Node backend',
          ours: true,
          does: 'generateKeyPair: 32 random bytes, the public key by node:crypto',
          run: () => generateKeyPair(systemRandom).publicKey,
          answer: () => createSigner({ seed, kid: 'did:key:bench#1', purposes: [] }).publicKey,
        },
        {
          name: 'ttp, browser backend',
          ours: true,
          does: 'the same function bundled for a browser: @noble/ed25519',
          run: () => portable.generateKeyPair(systemRandom).publicKey,
          answer: () => portable.keyPairOf(seed).publicKey,
        },
        {
          name: 'node:crypto',
          does: 'generateKeyPairSync and the export of the public key',
          run: nodeKeygen,
          answer: () => rawPublic(createPublicKey(importPrivate('ed25519', seed))),
        },
        {
          name: '@noble/ed25519',
          does: 'keygen',
          run: () => noble.keygen().publicKey,
          answer: () => noble.getPublicKey(seed),
        },
        {
          name: '@noble/curves',
          does: 'keygen',
          run: () => curves.keygen().publicKey,
          answer: () => curves.getPublicKey(seed),
        },
      ],
    },
    effort,
  );
}

const PURPOSE = 'ttp/receipt@1';

export function signing(portable: Portable, effort: Effort): Promise<RaceResult> {
  const { seed, privateObject } = newKey();
  const payload = Uint8Array.from({ length: 1024 }, (_, i) => i % 251);
  const framed = frame(PURPOSE, payload);
  const input = { seed, kid: 'did:key:bench#1', purposes: [PURPOSE] };
  const [native, browser] = [createSigner(input), portable.createSigner(input)];
  return race(
    {
      title: 'Ed25519, sign 1 KB',
      work: 'Our Signer checks the purpose and puts the frame of decision D6 in front; the others sign the framed bytes as they are. Checked before: all signatures are equal.',
      contestants: [
        {
          name: 'ttp, Node backend',
          ours: true,
          async: true,
          does: 'Signer.sign(purpose, payload): allowed purposes, frame, node:crypto with a cached key, a promise',
          run: () => native.sign(PURPOSE, payload),
          answer: () => native.sign(PURPOSE, payload),
        },
        {
          name: 'ttp, browser backend',
          ours: true,
          async: true,
          does: 'the same, @noble/ed25519',
          run: () => browser.sign(PURPOSE, payload),
          answer: () => browser.sign(PURPOSE, payload),
        },
        {
          name: 'node:crypto, cached key',
          does: 'sign with a KeyObject that stays',
          run: () => nodeSign(null, framed, privateObject),
          answer: () => Uint8Array.from(nodeSign(null, framed, privateObject)),
        },
        {
          name: 'node:crypto, key imported each time',
          does: 'createPrivateKey from DER, then sign',
          run: () => nodeSign(null, framed, importPrivate('ed25519', seed)),
          answer: () => Uint8Array.from(nodeSign(null, framed, importPrivate('ed25519', seed))),
        },
        {
          name: '@noble/ed25519',
          does: 'sign',
          run: () => noble.sign(framed, seed),
          answer: () => noble.sign(framed, seed),
        },
        {
          name: '@noble/curves',
          does: 'sign',
          run: () => curves.sign(framed, seed),
          answer: () => curves.sign(framed, seed),
        },
      ],
      bars: [
        {
          bar: 'Ed25519 sign, Node backend: at most 1.10x crypto.sign with a cached key',
          value: (m) => m.ratio('ttp, Node backend', 'node:crypto, cached key'),
          atMost: 1.1,
          unit: 'x',
          why: 'The frame, the check of the purpose, the copy of the signature and a promise come on top of the native call.',
        },
        {
          bar: 'Ed25519 sign, Node backend: at least 8x as fast as noble',
          value: (m) => m.ratio('@noble/ed25519', 'ttp, Node backend'),
          atLeast: 8,
          unit: 'x',
          why: 'Signing in noble became faster; our time is that of OpenSSL.',
        },
      ],
    },
    effort,
  );
}

/** All contestants over the same signatures, used in turn. */
function verifiers(portable: Portable, inputs: readonly Signed[]): Contestant[] {
  const at = (i: number): Signed => {
    const input = inputs[i % inputs.length];
    if (input === undefined) throw new Error('no signatures');
    return input;
  };
  const some = inputs.slice(0, 4);
  const contestant = (
    name: string,
    does: string,
    verify: (input: Signed, signature: Uint8Array) => boolean,
  ): Contestant => ({
    name,
    does,
    run: (i) => {
      const input = at(i);
      return verify(input, input.signature);
    },
    answer: () => some.map((input) => [verify(input, input.signature), verify(input, input.forged)]),
  });
  return [
    {
      ...contestant(
        'ttp, Node backend',
        'verifyEd25519: canonical and small-order checks of A and R, S below L, OpenSSL without cofactor; keys cached by their bytes',
        ({ key, message }, signature) => verifyEd25519(key.publicKey, message, signature),
      ),
      ours: true,
    },
    {
      ...contestant(
        'ttp, browser backend',
        'the same predicate on the points of @noble/ed25519',
        ({ key, message }, signature) => portable.verifyEd25519(key.publicKey, message, signature),
      ),
      ours: true,
    },
    contestant(
      'node:crypto, cached key',
      'verify with a KeyObject that stays',
      ({ key, message }, signature) => nodeVerify(null, message, key.publicObject, signature),
    ),
    contestant(
      'node:crypto, key imported each time',
      'createPublicKey from DER, then verify',
      ({ key, message }, signature) =>
        nodeVerify(null, message, importPublic('ed25519', key.publicKey), signature),
    ),
    contestant(
      '@noble/ed25519',
      'verify, its default: ZIP 215, cofactored, milder than ours',
      ({ key, message }, signature) => noble.verify(signature, message, key.publicKey),
    ),
    contestant('@noble/ed25519, strict', 'verify with zip215: false', ({ key, message }, signature) =>
      noble.verify(signature, message, key.publicKey, { zip215: false }),
    ),
    contestant('@noble/curves', 'verify, its default', ({ key, message }, signature) =>
      curves.verify(signature, message, key.publicKey),
    ),
  ];
}

export function verifyingOneKey(portable: Portable, effort: Effort): Promise<RaceResult> {
  const key = newKey();
  const inputs = Array.from({ length: 64 }, () => signed(key));
  return race(
    {
      title: 'Ed25519, verify 64 B, one key again and again',
      work: '64 messages of one key. Checked before: everybody accepts the signatures and refuses them with a bit of S changed.',
      contestants: verifiers(portable, inputs),
      turnMs: 12,
      bars: [
        {
          bar: 'Ed25519 verify, Node backend, strict predicate, cached key: at most 1.10x crypto.verify',
          value: (m) => m.ratio('ttp, Node backend', 'node:crypto, cached key'),
          atMost: 1.1,
          unit: 'x',
          why: 'The checks of the strict profile and the look-up of the key come on top of the native call.',
        },
        {
          bar: 'Ed25519 verify, Node backend: at least 10x as fast as noble',
          value: (m) => m.ratio('@noble/ed25519', 'ttp, Node backend'),
          atLeast: 10,
          unit: 'x',
          why: 'Our time is that of OpenSSL.',
        },
        {
          bar: 'Ed25519 verify, browser backend, repeated key: at most 0.5x noble.verify',
          value: (m) => m.ratio('ttp, browser backend', '@noble/ed25519'),
          atMost: 0.5,
          unit: 'x',
          why: 'Nothing is precomputed for a key that comes again.',
        },
        {
          bar: 'one signature verified in under 50 ms on either backend (crypto.performance.verify)',
          value: (m) => Math.max(m.median('ttp, Node backend'), m.median('ttp, browser backend')) / 1000,
          atMost: 50,
          unit: ' ms',
          why: 'The machine is slow, or busy.',
        },
      ],
    },
    effort,
  );
}

export function verifyingManyKeys(portable: Portable, effort: Effort): Promise<RaceResult> {
  // More keys than the cache holds, so that each comes as if for the first time.
  const inputs = Array.from({ length: 4096 }, () => signed(newKey()));
  return race(
    {
      title: 'Ed25519, verify 64 B, another key each time',
      work: '4096 keys in turn. The same checks before.',
      contestants: verifiers(portable, inputs).filter(({ name }) => name !== 'node:crypto, cached key'),
      turnMs: 12,
      bars: [
        {
          bar: 'Ed25519 verify, browser backend, same predicate: at most 1.0x noble.verify',
          value: (m) => m.ratio('ttp, browser backend', '@noble/ed25519'),
          atMost: 1,
          unit: 'x',
          why: 'The point checks of the strict profile cost more than the cofactorless equation saves.',
        },
      ],
    },
    effort,
  );
}
