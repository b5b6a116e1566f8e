import { asDid, type Did, type DidDocument, type Envelope, type JsonObject } from '@ttp/core';
import {
  base64url,
  createReplayGuard,
  encodeEnvelope,
  envelopeId,
  fromBase64url,
  hashBytes,
  multikey,
  signEnvelope,
  utf8,
} from '@ttp/crypto';
import {
  codeRejectedBy,
  codeThrownBy,
  type FakeClock,
  fakeClock,
  proves,
  type SeededRandom,
  seededRandom,
  withSeed,
} from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  createChallenge,
  didKey,
  didKeyDocument,
  documentOf,
  type NewIdentity,
  type Party,
  type PendingChallenge,
  respondToChallenge,
  rotateIdentity,
} from '../src/index.js';
import { identity, signerOf } from './fixture.js';

const NONCE_BYTES = 32;

/** A verifier, a prover, and what both of them need. */
interface Stage {
  readonly clock: FakeClock;
  readonly random: SeededRandom;
  readonly verifier: NewIdentity;
  readonly prover: NewIdentity;
  readonly document: DidDocument;
  readonly pending: PendingChallenge;
  respond(change?: Partial<Parameters<typeof respondToChallenge>[0]>): Promise<Envelope>;
  verify(response: Envelope | string, document?: DidDocument): ReturnType<PendingChallenge['verify']>;
}

async function stage(): Promise<Stage> {
  const clock = fakeClock();
  const random = seededRandom('challenge');
  const [verifier, prover] = [await identity(1), await identity(2)];
  const document = documentOf(prover.keyLog);
  const verifierGuard = createReplayGuard({ bootAt: 0 });
  const proverGuard = createReplayGuard({ bootAt: 0 });
  const pending = await createChallenge({ verifier, prover: prover.did, clock, random });
  return {
    clock,
    random,
    verifier,
    prover,
    document,
    pending,
    respond: (change) =>
      respondToChallenge({
        challenge: pending.challenge,
        prover,
        verifier: documentOf(verifier.keyLog),
        clock,
        random,
        replay: proverGuard,
        ...change,
      }),
    verify: (response, other = document) =>
      pending.verify({ response, document: other, replay: verifierGuard }),
  };
}

/** A response of any content, signed by the prover's real key or another. */
async function forged(
  { clock, random, verifier, prover, pending }: Stage,
  change: { head?: JsonObject; body?: JsonObject; by?: Party } = {},
): Promise<Envelope> {
  const by = change.by ?? prover;
  return signEnvelope({
    type: 'ttp/challenge-response@1',
    head: {
      iss: prover.did,
      iat: clock.now(),
      aud: verifier.did,
      nonce: base64url(random.bytes(NONCE_BYTES)),
      prev: envelopeId(pending.challenge),
      ...change.head,
    },
    body: change.body ?? { publicKey: multikey(by.signer.publicKey) },
    signers: [by.signer],
  });
}

describe('challenge and response', () => {
  it('verify the identity, which is worth 40 points', async () => {
    proves('did.challenge.verify');
    const on = await stage();
    const response = await on.respond();
    await on.clock.advance(1500);
    expect(on.verify(response)).toEqual({
      verified: true,
      did: on.prover.did,
      publicKey: multikey(on.prover.signer.publicKey),
      identityScore: 40,
      at: on.clock.now(),
    });
  });

  it('carry nonce and time, signature and public key, as the documents say', async () => {
    proves('did.challenge.fields');
    const on = await stage();
    const { challenge } = on.pending;
    expect(challenge.type).toBe('ttp/challenge@1');
    expect(fromBase64url(challenge.head.nonce ?? '').length).toBe(NONCE_BYTES);
    expect(challenge.head).toMatchObject({
      iss: on.verifier.did,
      aud: on.prover.did,
      iat: on.clock.now(),
    });
    const response = await on.respond();
    expect(response.body).toEqual({ publicKey: on.document.verificationMethod[0]?.publicKeyMultibase });
    expect(fromBase64url(response.sigs[0]?.sig ?? '').length).toBe(64);
    const wrong = multikey(on.verifier.signer.publicKey);
    const mismatched = await forged(on, { body: { publicKey: wrong } });
    expect(codeThrownBy(() => on.verify(mismatched))).toBe('DID_WRONG_KEY');
  });

  it('both contribute 32 fresh bytes', async () => {
    proves('flaw.H2');
    const on = await stage();
    const response = await on.respond();
    const again = await createChallenge({ ...on, prover: on.prover.did });
    const nonces = [on.pending.challenge, response, again.challenge].map(({ head }) => head.nonce);
    expect(new Set(nonces).size).toBe(3);
    for (const nonce of nonces) expect(fromBase64url(nonce ?? '').length).toBe(NONCE_BYTES);
    const { nonce } = on.pending.challenge.head;
    const mirrored = await forged(on, { head: nonce === undefined ? {} : { nonce } });
    expect(codeThrownBy(() => on.verify(mirrored))).toBe('DID_REFLECTED_NONCE');
  });

  it('go over the wire as text', async () => {
    const on = await stage();
    const response = await on.respond({ challenge: encodeEnvelope(on.pending.challenge) });
    expect(on.verify(encodeEnvelope(response)).verified).toBe(true);
  });

  it('work for an outsider with a did:key', async () => {
    const on = await stage();
    const { publicKey } = on.prover.signer;
    const did = didKey(publicKey);
    const outsider = { did, signer: signerOf(`${did}#${multikey(publicKey)}`, on.prover.seed) };
    const pending = await createChallenge({ ...on, prover: did });
    const response = await on.respond({ challenge: pending.challenge, prover: outsider });
    const replay = createReplayGuard({ bootAt: 0 });
    const verified = pending.verify({ response, document: didKeyDocument(did), replay });
    expect(verified).toMatchObject({ did, identityScore: 40 });
  });
});

describe('a challenge is good once and for 5 minutes', () => {
  it('refuses the same and any other response after the first', async () => {
    proves('did.challenge.single-use');
    const on = await stage();
    const response = await on.respond();
    const second = await forged(on);
    expect(on.verify(response).verified).toBe(true);
    expect(codeThrownBy(() => on.verify(response))).toBe('DID_CHALLENGE_USED');
    expect(codeThrownBy(() => on.verify(second))).toBe('DID_CHALLENGE_USED');
  });

  it('refuses a response of this challenge to another one, and to another verifier', async () => {
    proves('did.challenge.single-use');
    const on = await stage();
    const other = await createChallenge({ ...on, prover: on.prover.did });
    const answer = { document: on.document, replay: createReplayGuard({ bootAt: 0 }) };
    const response = await on.respond();
    expect(codeThrownBy(() => other.verify({ response, ...answer }))).toBe('DID_WRONG_CHALLENGE');
    const third = await identity(3);
    const elsewhere = await createChallenge({ ...on, verifier: third, prover: on.prover.did });
    expect(codeThrownBy(() => elsewhere.verify({ response, ...answer }))).toBe('CRYPTO_ENVELOPE_AUDIENCE');
    expect(on.verify(response).verified).toBe(true);
  });

  it('expires with the freshness window, to the millisecond', async () => {
    proves('did.challenge.single-use');
    const last = await stage();
    const inTime = await last.respond();
    await last.clock.advance(299_999);
    expect(last.verify(inTime).verified).toBe(true);
    const on = await stage();
    await on.clock.advance(300_000);
    const late = await forged(on);
    expect(codeThrownBy(() => on.verify(late))).toBe('DID_CHALLENGE_EXPIRED');
  });

  it('does not grow young with a clock that is set back', async () => {
    const on = await stage();
    const response = await forged(on);
    const { iat } = on.pending.challenge.head;
    on.clock.setWall(iat - 200_000);
    await on.clock.advance(299_999);
    expect(codeThrownBy(() => on.verify('{}'))).toBe('CRYPTO_ENVELOPE_SHAPE');
    await on.clock.advance(1);
    expect(codeThrownBy(() => on.verify(response))).toBe('DID_CHALLENGE_EXPIRED');
    on.clock.setWall(iat);
    expect(codeThrownBy(() => on.verify(response))).toBe('DID_CHALLENGE_EXPIRED');
  });

  it('refuses a response stamped too far ahead or back', async () => {
    proves('did.challenge.single-use');
    const on = await stage();
    const now = on.clock.now();
    const ahead = await forged(on, { head: { iat: now + 60_001 } });
    const old = await forged(on, { head: { iat: now - 300_001 } });
    expect(codeThrownBy(() => on.verify(ahead))).toBe('CRYPTO_MESSAGE_FUTURE');
    expect(codeThrownBy(() => on.verify(old))).toBe('CRYPTO_MESSAGE_STALE');
    expect(on.verify(await forged(on, { head: { iat: now + 60_000 } })).verified).toBe(true);
  });

  it('a prover answers one challenge once, and no stale one', async () => {
    const on = await stage();
    await on.respond();
    expect(await codeRejectedBy(on.respond())).toBe('CRYPTO_REPLAYED');
    await on.clock.advance(300_001);
    expect(await codeRejectedBy(on.respond({ replay: createReplayGuard({ bootAt: 0 }) }))).toBe(
      'CRYPTO_MESSAGE_STALE',
    );
  });

  it('garbage spends nothing: the true response verifies afterwards', async () => {
    const on = await stage();
    const thief = { did: on.prover.did, signer: signerOf(on.prover.signer.kid, 66) };
    const response = await on.respond();
    const body = { publicKey: multikey(on.prover.signer.publicKey) };
    const garbage = await forged(on, { by: thief, body });
    expect(codeThrownBy(() => on.verify(garbage))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    expect(codeThrownBy(() => on.verify('{}'))).toBe('CRYPTO_ENVELOPE_SHAPE');
    expect(codeThrownBy(() => on.verify('{'))).toBe('CRYPTO_JSON_SYNTAX');
    expect(codeThrownBy(() => on.verify(on.pending.challenge))).toBe('CRYPTO_ENVELOPE_TYPE');
    expect(on.verify(response).verified).toBe(true);
  });
});

describe('who answers', () => {
  it('is not the verifier itself', async () => {
    proves('did.challenge.verify');
    const on = await stage();
    expect(await codeRejectedBy(createChallenge({ ...on, prover: on.verifier.did }))).toBe(
      'DID_SELF_CHALLENGE',
    );
    const own = { prover: on.verifier, verifier: documentOf(on.verifier.keyLog) };
    expect(await codeRejectedBy(on.respond(own))).toBe('DID_SELF_CHALLENGE');
    // Nor is it after a rotation, when the two sides of the mirror show different keys.
    const rotated = await rotateIdentity(on.verifier, { random: on.random, clock: on.clock });
    const aged = { prover: on.verifier, verifier: documentOf(rotated.keyLog) };
    expect(await codeRejectedBy(on.respond(aged))).toBe('DID_SELF_CHALLENGE');
  });

  it('is not the verifier under another identifier of the same key', async () => {
    const on = await stage();
    const { publicKey } = on.verifier.signer;
    const did = didKey(publicKey);
    const self = { did, signer: signerOf(`${did}#${multikey(publicKey)}`, on.verifier.seed) };
    const pending = await createChallenge({ ...on, prover: did });
    expect(await codeRejectedBy(on.respond({ challenge: pending.challenge, prover: self }))).toBe(
      'DID_SELF_CHALLENGE',
    );
    const response = await forged({ ...on, pending }, { by: self, head: { iss: did } });
    const replay = createReplayGuard({ bootAt: 0 });
    expect(codeThrownBy(() => pending.verify({ response, document: didKeyDocument(did), replay }))).toBe(
      'DID_SELF_CHALLENGE',
    );
  });

  it('is not a mirror: a verifier answers no challenge of its own, sent back to it', async () => {
    const on = await stage();
    // The attacker claims to be the prover, gets the challenge, and feeds it to its maker in a parallel session.
    expect(await codeRejectedBy(on.respond({ prover: on.verifier }))).toBe('DID_SELF_CHALLENGE');
    const posing = { prover: on.verifier, verifier: on.document };
    expect(await codeRejectedBy(on.respond(posing))).toBe('CRYPTO_ENVELOPE_AUDIENCE');
  });

  it('is not somebody between: a challenge for one prover is answered by no other', async () => {
    const on = await stage();
    const other = await identity(3);
    expect(await codeRejectedBy(on.respond({ prover: other }))).toBe('CRYPTO_ENVELOPE_AUDIENCE');
    const answer = await forged(on, { by: other, head: { iss: other.did } });
    expect(codeThrownBy(() => on.verify(answer))).toBe('CRYPTO_ENVELOPE_FOREIGN_SIGNER');
    expect(codeThrownBy(() => on.verify(answer, documentOf(other.keyLog)))).toBe('DID_WRONG_PROVER');
    const issued = await forged(on, { head: { iss: other.did } });
    expect(codeThrownBy(() => on.verify(issued))).toBe('CRYPTO_ENVELOPE_SIGNER_MISSING');
  });

  it('holds the key in force: neither a rotated one nor one that is no authentication key', async () => {
    proves('did.challenge.verify');
    const on = await stage();
    const response = await on.respond();
    const rotated = await rotateIdentity(on.prover, { random: seededRandom(9), clock: on.clock });
    expect(codeThrownBy(() => on.verify(response, documentOf(rotated.keyLog)))).toBe(
      'CRYPTO_ENVELOPE_KEY_UNKNOWN',
    );
    const muted = { ...on.document, authentication: [] };
    expect(codeThrownBy(() => on.verify(response, muted))).toBe('CRYPTO_ENVELOPE_KEY_UNKNOWN');
    expect(on.verify(await forged(on), on.document).verified).toBe(true);
  });

  it('knows whom it answers: a challenge in another\u2019s name is refused', async () => {
    const on = await stage();
    const thief = { did: on.verifier.did, signer: signerOf(on.verifier.signer.kid, 66) };
    const { challenge } = await createChallenge({ ...on, verifier: thief, prover: on.prover.did });
    expect(await codeRejectedBy(on.respond({ challenge }))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    const stranger = documentOf((await identity(3)).keyLog);
    expect(await codeRejectedBy(on.respond({ verifier: stranger }))).toBe('CRYPTO_ENVELOPE_FOREIGN_SIGNER');
  });
});

describe('nobody is an oracle', () => {
  it('a verifier cannot choose what is signed', async () => {
    proves('flaw.H2');
    const on = await stage();
    const challengeWith = (head: JsonObject, body: JsonObject = {}): Promise<Envelope> =>
      signEnvelope({
        type: 'ttp/challenge@1',
        head: { ...on.pending.challenge.head, ...head },
        body,
        signers: [on.verifier.signer],
      });
    // The attack of flaw.H2: a nonce that is the text of a request to another service.
    const request = 'POST\n/v1/transfer\n\nhost;x-';
    const { type, sigs, head } = on.pending.challenge;
    for (const nonce of [request, base64url(utf8(request)), base64url(new Uint8Array(31)), '']) {
      expect(await codeRejectedBy(challengeWith({ nonce }))).toBe('CRYPTO_ENVELOPE_SHAPE');
      const sent = { type, sigs, head: { ...head, nonce }, body: {} };
      expect(await codeRejectedBy(on.respond({ challenge: sent }))).toBe('CRYPTO_ENVELOPE_SHAPE');
    }
    const stuffed = await challengeWith({}, { sign: request });
    expect(await codeRejectedBy(on.respond({ challenge: stuffed }))).toBe('DID_BAD_CHALLENGE');
  });

  it('what is signed is framed under the purpose and ends in no other meaning', async () => {
    proves('flaw.H2');
    const on = await stage();
    const signed: { purpose: string; payload: string }[] = [];
    const { signer, did } = on.prover;
    const watched = {
      ...signer,
      sign: (purpose: string, payload: Uint8Array): Promise<Uint8Array> => {
        signed.push({ purpose, payload: new TextDecoder().decode(payload) });
        return signer.sign(purpose, payload);
      },
    };
    await on.respond({ prover: { did, signer: watched } });
    expect(signed.map(({ purpose }) => purpose)).toEqual(['ttp/challenge-response@1']);
    const payload: unknown = JSON.parse(signed[0]?.payload ?? '');
    expect(payload).toMatchObject({ head: { prev: envelopeId(on.pending.challenge) } });
    // Not one byte of the challenge but through its hash.
    expect(signed[0]?.payload).not.toContain(on.pending.challenge.head.nonce);
  });

  it('"1" + "23" is not "12" + "3": no two challenges get the same bytes signed', async () => {
    proves('flaw.H2');
    const on = await stage();
    const { head } = on.pending.challenge;
    const ids = new Set<string>();
    await withSeed('challenge ids', 50, async (random) => {
      const nonce = base64url(random.bytes(NONCE_BYTES));
      const iat = head.iat + random.int(1000);
      ids.add(envelopeId({ type: 'ttp/challenge@1', head: { ...head, nonce, iat }, body: {}, sigs: [] }));
      ids.add(
        envelopeId({ type: 'ttp/challenge@1', head: { ...head, nonce, iat: iat * 10 }, body: {}, sigs: [] }),
      );
      await Promise.resolve();
    });
    expect(ids.size).toBe(100);
  });

  it('a response of other shape is refused', async () => {
    const on = await stage();
    const publicKey = multikey(on.prover.signer.publicKey);
    for (const body of [{}, { publicKey: 7 }, { publicKey, extra: 1 }, { publicKey: [publicKey] }]) {
      const response = await forged(on, { body });
      expect(codeThrownBy(() => on.verify(response))).toBe('DID_BAD_CHALLENGE');
    }
    const prev = hashBytes(utf8('another challenge'));
    const misled = await forged(on, { head: { prev } });
    expect(codeThrownBy(() => on.verify(misled))).toBe('DID_WRONG_CHALLENGE');
    const someone: Did = asDid('did:web:a.example');
    const misaddressed = await forged(on, { head: { aud: someone } });
    expect(codeThrownBy(() => on.verify(misaddressed))).toBe('CRYPTO_ENVELOPE_AUDIENCE');
  });
});
