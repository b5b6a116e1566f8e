import { codeRejectedBy, codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  base64url,
  concatBytes,
  createSigner,
  frame,
  hex,
  IDENTITY_PURPOSES,
  isEnvelopeType,
  keyPairOf,
  LOG_PURPOSES,
  PURPOSES,
  sha256,
  utf8,
  verifyEd25519,
  verifySignature,
  WITNESS_PURPOSES,
} from '../src/index.js';
import { sigStructure } from '../src/interop/cose-structure.js';
import { SIGNED_FORMATS } from '../src/interop/formats.js';
import { jwsInput } from '../src/interop/jws-input.js';
import { pae } from '../src/interop/pae.js';
import { preimageOf } from '../src/purposes.js';

const ALL = Object.keys(PURPOSES);
const CHECKED = ALL.filter((purpose) => purpose !== 'cosignature');
const seed = new Uint8Array(32).fill(3);
const { publicKey } = keyPairOf(seed);
const signer = createSigner({ seed, kid: 'did:ttp:agent:x#key-1', purposes: ALL });

const NOTE = utf8('example.com/log\n7\nrootrootroot=\n');
const BASE = utf8(
  '"@method": POST\n"@authority": api.example\n"@signature-params": ("@method" "@authority");created=1',
);
/** A payload in each of the formats of other systems. */
const FOREIGN: Readonly<Record<string, Uint8Array>> = {
  'signed-note': NOTE,
  'http-signature': BASE,
  jws: jwsInput(base64url(utf8('{"alg":"EdDSA","kid":"k","typ":"JOSE"}')), utf8('{}')),
  dsse: pae('application/vnd.in-toto+json', utf8('{}\n')),
  'cose-sign1': sigStructure({
    protectedHeader: Uint8Array.of(0xa1, 0x01, 0x27),
    externalAad: new Uint8Array(0),
    payload: utf8('{}'),
  }),
  'vc-eddsa-jcs': utf8(
    '{"proof":{"cryptosuite":"eddsa-jcs-2022","proofPurpose":"assertionMethod","type":"DataIntegrityProof","verificationMethod":"did:key:z#z"}}',
  ),
};
const payloadOf = (purpose: string): Uint8Array => FOREIGN[purpose] ?? utf8('{"body":{},"head":{}}');

/** Formats that are verified by the functions of ./interop alone. */
const CREDENTIALS = ['jws', 'dsse', 'cose-sign1', 'vc-eddsa-jcs'];

/** Whether the signature is one for the purpose, by the same table that signs. */
function isSignatureFor(purpose: string, payload: Uint8Array, signature: Uint8Array): boolean {
  const refused = codeThrownBy(() => preimageOf(purpose, payload, SIGNED_FORMATS)) !== undefined;
  return !refused && verifyEd25519(publicKey, preimageOf(purpose, payload, SIGNED_FORMATS), signature);
}

describe('the framing', () => {
  it('is TTP-v1, a zero, and purpose and payload each behind its length', () => {
    proves('flaw.H2', 'crypto.sign.purpose');
    expect(hex(frame('ttp/policy@1', utf8('{}')))).toBe(
      hex(
        concatBytes(
          utf8('TTP-v1\0'),
          Uint8Array.of(12),
          utf8('ttp/policy@1'),
          Uint8Array.of(0, 0, 0, 2),
          utf8('{}'),
        ),
      ),
    );
  });

  it('never gives two pairs of purpose and payload one preimage', async () => {
    proves('flaw.H2', 'decision.D6');
    const seen = new Map<string, string>();
    const framed = ALL.filter(isEnvelopeType);
    await withSeed('one preimage', 500, (random) => {
      const [purpose, payload] = [random.pick(framed), random.bytes(random.int(3))];
      const pair = `${purpose} ${hex(payload)}`;
      const preimage = hex(frame(purpose, payload));
      expect(seen.get(preimage) ?? pair).toBe(pair);
      seen.set(preimage, pair);
    });
    expect(seen.size).toBeGreaterThan(100);
  });

  it.each(['http-signature', 'jws', 'ttp/unknown@1', '', 'constructor', '__proto__', 'TTP/POLICY@1'])(
    'refuses %j',
    (purpose) => {
      proves('decision.D6');
      expect(codeThrownBy(() => frame(purpose, utf8('{}')))).toBe('CRYPTO_PURPOSE_UNKNOWN');
    },
  );
});

describe('the purpose matrix', () => {
  it('verifies on the diagonal alone', async () => {
    proves('flaw.H2', 'decision.D6', 'crypto.sign.purpose');
    expect(CHECKED.length).toBeGreaterThan(12);
    for (const signed of CHECKED) {
      const payload = payloadOf(signed);
      const signature = await signer.sign(signed, payload);
      for (const read of ALL) {
        expect(isSignatureFor(read, payload, signature), `${signed} as ${read}`).toBe(signed === read);
        expect(
          verifySignature({ purpose: read, payload, signature, publicKey }),
          `${signed} as ${read}`,
        ).toBe(signed === read && !CREDENTIALS.includes(read));
      }
    }
  });

  it('holds for payloads of every other format, and for the bytes that were signed', async () => {
    proves('flaw.H2', 'decision.D6');
    for (const signed of CHECKED) {
      const signature = await signer.sign(signed, payloadOf(signed));
      const preimages = [preimageOf(signed, payloadOf(signed), SIGNED_FORMATS), ...Object.values(FOREIGN)];
      for (const read of ALL)
        for (const payload of preimages)
          expect(isSignatureFor(read, payload, signature), `${signed} as ${read}`).toBe(
            signed === read && payload === FOREIGN[signed],
          );
    }
  });

  it('gives no payload two formats, and none of them a frame', () => {
    proves('flaw.H2', 'decision.D6');
    for (const purpose of Object.keys(FOREIGN)) {
      for (const [format, payload] of Object.entries(FOREIGN))
        expect(
          codeThrownBy(() => preimageOf(purpose, payload, SIGNED_FORMATS)),
          `${format} as ${purpose}`,
        ).toBe(purpose === format ? undefined : 'CRYPTO_PURPOSE_FORMAT');
      for (const framed of [frame('ttp/policy@1', payloadOf(purpose)), utf8('TTP-v1\0')])
        expect(codeThrownBy(() => preimageOf(purpose, framed, SIGNED_FORMATS))).toBe('CRYPTO_PURPOSE_FORMAT');
    }
  });

  it('signs nothing that begins like a frame, whatever a format makes of the payload', () => {
    const framed = frame('ttp/policy@1', utf8('{}'));
    const anything = new Map([['dsse', (payload: Uint8Array) => payload]]);
    expect(codeThrownBy(() => preimageOf('dsse', framed, anything))).toBe('CRYPTO_PURPOSE_FORMAT');
    expect(hex(preimageOf('dsse', framed.subarray(1), anything))).toBe(hex(framed.subarray(1)));
  });

  it('verifies for this payload and key alone', async () => {
    const payload = utf8('{}');
    const signature = await signer.sign('ttp/policy@1', payload);
    const input = { purpose: 'ttp/policy@1', payload, signature, publicKey };
    expect(verifySignature(input)).toBe(true);
    expect(verifySignature({ ...input, payload: utf8('{ }') })).toBe(false);
    expect(verifySignature({ ...input, publicKey: keyPairOf(new Uint8Array(32)).publicKey })).toBe(false);
    expect(verifySignature({ ...input, signature: signature.subarray(1) })).toBe(false);
    expect(verifySignature({ ...input, purpose: 'ttp/none@1' })).toBe(false);
  });
});

describe('a signer', () => {
  it('is no oracle: what a stranger chooses is not signed as the text of another protocol', async () => {
    proves('flaw.H2', 'decision.D6');
    const chosen = BASE; // handed over as if it were the nonce of a challenge
    const signature = await signer.sign('ttp/challenge-response@1', chosen);
    expect(verifyEd25519(publicKey, chosen, signature)).toBe(false);
    expect(verifySignature({ purpose: 'http-signature', payload: chosen, signature, publicKey })).toBe(false);
  });

  it('signs what its key carries, and nothing else', async () => {
    proves('decision.D6', 'crypto.sign.purpose');
    const roles = { IDENTITY_PURPOSES, LOG_PURPOSES, WITNESS_PURPOSES };
    expect(roles.LOG_PURPOSES).toEqual(['signed-note', 'ttp/tree-head@1', 'ttp/bundle@1']);
    expect(roles.WITNESS_PURPOSES).toEqual(['cosignature']);
    expect(roles.IDENTITY_PURPOSES).toEqual([...ALL.filter(isEnvelopeType), 'http-signature']);
    for (const purposes of Object.values(roles)) {
      const limited = createSigner({ seed, kid: 'did:ttp:agent:x#key-1', purposes });
      for (const purpose of ALL) {
        const may = purposes.includes(purpose) && CHECKED.includes(purpose);
        expect(await codeRejectedBy(limited.sign(purpose, payloadOf(purpose))), purpose).toBe(
          may ? undefined : 'CRYPTO_PURPOSE_NOT_ALLOWED',
        );
      }
    }
  });

  it('does not gain a purpose from the list it was made of', async () => {
    const purposes = ['ttp/policy@1'];
    const limited = createSigner({ seed, kid: 'did:ttp:agent:x#key-1', purposes });
    purposes.push('ttp/kill-order@1');
    expect(await codeRejectedBy(limited.sign('ttp/kill-order@1', utf8('{}')))).toBe(
      'CRYPTO_PURPOSE_NOT_ALLOWED',
    );
  });

  it('signs no purpose outside the table, even where its key claims it', async () => {
    const claiming = createSigner({
      seed,
      kid: 'did:ttp:agent:x#key-1',
      purposes: ['ttp/none@1', 'cosignature'],
    });
    expect(await codeRejectedBy(claiming.sign('ttp/none@1', utf8('{}')))).toBe('CRYPTO_PURPOSE_UNKNOWN');
    expect(await codeRejectedBy(claiming.sign('cosignature', utf8('a.b')))).toBe(
      'CRYPTO_PURPOSE_NOT_ALLOWED',
    );
  });

  it('keeps a copy of its seed', async () => {
    const own = Uint8Array.from(seed);
    const copied = createSigner({ seed: own, kid: 'did:ttp:agent:x#key-1', purposes: ['ttp/policy@1'] });
    own.fill(0);
    const signature = await copied.sign('ttp/policy@1', utf8('{}'));
    expect(verifySignature({ purpose: 'ttp/policy@1', payload: utf8('{}'), signature, publicKey })).toBe(
      true,
    );
  });

  it('refuses a seed of another length', () => {
    expect(codeThrownBy(() => createSigner({ seed: new Uint8Array(64), kid: 'k', purposes: [] }))).toBe(
      'CRYPTO_BAD_LENGTH',
    );
  });
});

describe('the foreign formats', () => {
  it.each([
    ['signed-note', 'no newline at the end'],
    ['signed-note', ''],
    ['signed-note', 'a tab\t\n'],
    ['signed-note', 'a return\r\n'],
    ['signed-note', 'TTP-v1\0 and so on\n'],
    ['signed-note', 'cosignature/v1\ntime 1\nexample.com/log\n7\nroot=\n'],
    ['http-signature', ''],
    ['http-signature', '"@method": POST'],
    ['http-signature', '"@signature-params": ("@method");created=1\n'],
    ['http-signature', 'POST /v1/transfer\n"@signature-params": ();created=1'],
    ['http-signature', '"@signature-params": ()\n"@signature-params": ();created=1'],
    ['http-signature', '"@method": POST\r\n"@signature-params": ("@method");created=1'],
    ['http-signature', 'TTP-v1\0\n"@signature-params": ()'],
    ['signed-note', 'DSSEv1 1 a 2 b\n'],
    ['dsse', 'DSSEv1 1 a 1 bc'],
    ['dsse', 'DSSEv1 1 a 01 b'],
    ['dsse', 'DSSEv1 0  1 b'],
    ['dsse', 'DSSEv2 1 a 1 b'],
    ['dsse', 'DSSEv1 9 a 1 b'],
    ['jws', 'e30.e30'],
    ['jws', 'eyJhbGciOiJub25lIn0.e30'],
    ['jws', 'eyJhbGciOiJFUzI1NiJ9.e30'],
    ['jws', 'eyJhbGciOiJFZERTQSJ9.e30.'],
    ['jws', 'eyJhbGciOiJFZERTQSJ9'],
    ['jws', 'eyJhbGciOiJFZERTQSJ9.e31'],
    ['jws', 'eyJhbGciOiJFZERTQSIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19.e30'],
    ['vc-eddsa-jcs', '{}'],
    [
      'vc-eddsa-jcs',
      '{"proof": {"cryptosuite":"eddsa-jcs-2022","proofPurpose":"assertionMethod","type":"DataIntegrityProof","verificationMethod":"did:key:z#z"}}',
    ],
    ['vc-eddsa-jcs', '{"proof":{"cryptosuite":"eddsa-jcs-2022","type":"DataIntegrityProof"}}'],
  ])('%s refuses %j', async (purpose, text) => {
    proves('decision.D6');
    expect(await codeRejectedBy(signer.sign(purpose, utf8(text)))).toBe('CRYPTO_PURPOSE_FORMAT');
  });

  it('signs them as their standards say: the bytes as they are', async () => {
    proves('decision.D6');
    for (const purpose of ['signed-note', 'http-signature', 'jws', 'dsse', 'cose-sign1']) {
      const signature = await signer.sign(purpose, payloadOf(purpose));
      expect(verifyEd25519(publicKey, payloadOf(purpose), signature)).toBe(true);
    }
  });

  it('refuses bytes that are no text', async () => {
    for (const purpose of Object.keys(FOREIGN))
      expect(await codeRejectedBy(signer.sign(purpose, sha256(utf8('x'))))).toBe('CRYPTO_PURPOSE_FORMAT');
  });

  it('takes the signature bases of RFC 9421', async () => {
    const bases = [
      '"@signature-params": ();created=1618884473;keyid="test-key-ed25519"',
      '"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@signature-params": ("date");created=1618884473;keyid="k"',
      '"@query-param";name="Pet": dog\n"content-digest";req: sha-512=:x:\n"@signature-params": ("@query-param";name="Pet" "content-digest";req)',
      '"x-empty-header": \n"@signature-params": ("x-empty-header")',
    ];
    for (const base of bases) expect(await signer.sign('http-signature', utf8(base))).toHaveLength(64);
  });
});
