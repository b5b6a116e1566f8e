import { type Envelope, isTtpError, type JsonObject } from '@ttp/core';
import { encodeEnvelope, envelopeId, fromMultikey, signEnvelope } from '@ttp/crypto';
import {
  ATTESTATION_MAX_LIFE_MS,
  attestationId,
  openAttestation,
  openReceipt,
  RATING_DIMENSIONS,
  signAttestation,
  signReceipt,
} from '@ttp/score';
import {
  codeRejectedBy,
  codeThrownBy,
  keysOf,
  proves,
  testSigner,
  type VectorCase,
  vectors,
} from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { contextOf, DAY, didOf, keyOf, NOW, party, rated, receipt, STARS, sessionOf } from './parties.js';

const [A, B, C] = [party('a'), party('b'), party('c')];

/** The same envelope with another body or head, signed anew by whoever stands there. */
const forged = (
  envelope: Envelope,
  { body = {}, head = {} }: { readonly body?: JsonObject; readonly head?: object },
  signer = A,
): Promise<Envelope> =>
  signEnvelope({
    type: 'ttp/attestation@1',
    head: { ...envelope.head, ...head },
    body: { ...envelope.body, ...body },
    signers: [signer],
  });

interface Refused {
  readonly code: string;
  readonly field: string | undefined;
}

function refusal(run: () => unknown): Refused | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (isTtpError(error)) return { code: error.code, field: error.field };
    throw error;
  }
}

const badRating = (field: string): Refused => ({
  code: 'SCORE_BAD_ATTESTATION',
  field: `body.rating.${field}`,
});

describe('an attestation', () => {
  it('carries what the documents have, and the session, the receipt and an end', async () => {
    proves('score.attestation.fields');
    const one = await rated(A, B, { overall: 4 });
    const { body, head, sigs } = one.attestation;
    expect(body).toEqual({
      version: '1.0',
      id: attestationId({ issuer: A.did, subject: B.did, session: sessionOf('session') }),
      type: 'rating',
      subject: B.did,
      issuer: A.did,
      issuedAt: NOW,
      expiresAt: NOW + 90 * DAY,
      session: sessionOf('session'),
      receipt: envelopeId(one.receipt),
      trust: { stage: 'unverified', identityVerified: false, reputationLevel: 'none' },
      rating: STARS(4),
    });
    expect(body['id']).toMatch(/^att_[0-9a-f]{64}$/);
    expect(head).toEqual({ iss: A.did, iat: NOW, exp: NOW + 90 * DAY });
    expect(sigs.map(({ kid }) => kid)).toEqual([A.kid]);
    const opened = openAttestation(encodeEnvelope(one.attestation), contextOf([one.receipt]));
    expect(opened).toMatchObject({ id: one.id, issuer: A.did, subject: B.did, rating: STARS(4) });
  });

  it('needs every field: one that is missing, changed or of another kind is refused by its name', async () => {
    proves('score.attestation.fields');
    const one = await rated(A, B);
    const context = contextOf([one.receipt]);
    for (const name of Object.keys(one.attestation.body)) {
      const { [name]: _, ...body } = one.attestation.body;
      const without = await signEnvelope({
        ...one.attestation,
        type: 'ttp/attestation@1',
        body,
        signers: [A],
      });
      expect(refusal(() => openAttestation(without, context))).toEqual({
        code: 'SCORE_BAD_ATTESTATION',
        field: `body.${name}`,
      });
      const other = await forged(one.attestation, { body: { [name]: [] } });
      expect(refusal(() => openAttestation(other, context))?.field).toBe(`body.${name}`);
    }
  });

  it('rates in whole stars from 1 to 5: overall, five dimensions, and whether one would work again', async () => {
    proves('score.attestation.rating');
    expect(RATING_DIMENSIONS).toEqual(['reliability', 'quality', 'speed', 'communication', 'safety']);
    const one = await rated(A, B);
    const context = contextOf([one.receipt]);
    const rating = STARS(5);
    const opens = async (changed: JsonObject): Promise<Refused | undefined> => {
      const other = await forged(one.attestation, { body: { rating: changed } });
      return refusal(() => openAttestation(other, context));
    };
    for (const stars of [1, 2, 3, 4, 5]) expect(await opens({ ...rating, overall: stars })).toBeUndefined();
    for (const stars of [0, 6, -1, 50, '5', null, true, [5]])
      expect(await opens({ ...rating, overall: stars })).toEqual(badRating('overall'));
    for (const name of RATING_DIMENSIONS) {
      for (const stars of [0, 6, '4'])
        expect(await opens({ ...rating, dimensions: { ...rating.dimensions, [name]: stars } })).toEqual(
          badRating(`dimensions.${name}`),
        );
      const { [name]: _, ...dimensions } = rating.dimensions;
      expect(await opens({ ...rating, dimensions })).toEqual(badRating(`dimensions.${name}`));
    }
    expect(await opens({ ...rating, wouldWorkAgain: 'yes' })).toEqual(badRating('wouldWorkAgain'));
    expect(await opens({ ...rating, dimensions: { ...rating.dimensions, looks: 5 } })).toEqual(
      badRating('dimensions.looks'),
    );
    expect(await opens({ ...rating, comment: 'call me' })).toEqual(badRating('comment'));
  });

  it('has no room for personal data: no free text anywhere, identities by their inception alone', async () => {
    proves('score.attestation.no-pii');
    const one = await rated(A, B);
    const context = contextOf([one.receipt]);
    const ada = 'Ada Lovelace <ada@example.org>';
    const tried: readonly (readonly [JsonObject, string])[] = [
      [{ comment: ada }, 'body.comment'],
      [{ subject: 'did:tessorium:agent:ada-lovelace:v1' }, 'body.subject'],
      [{ subject: 'did:web:ada.example.org' }, 'body.subject'],
      [{ session: 'ada@example.org, +44 20 7946 0958' }, 'body.session'],
      [{ session: 'ada-lovelace' }, 'body.session'],
      [{ id: 'att_ada_lovelace' }, 'body.id'],
      [{ receipt: ada }, 'body.receipt'],
      [{ trust: { stage: ada, identityVerified: true, reputationLevel: 'high' } }, 'body.trust.stage'],
      [
        { trust: { stage: 'new', identityVerified: true, reputationLevel: ada } },
        'body.trust.reputationLevel',
      ],
      [
        { trust: { stage: 'new', identityVerified: ada, reputationLevel: 'low' } },
        'body.trust.identityVerified',
      ],
      [
        { trust: { stage: 'new', identityVerified: true, reputationLevel: 'low', email: ada } },
        'body.trust.email',
      ],
      [{ rating: { ...STARS(4), note: ada } }, 'body.rating.note'],
    ];
    for (const [body, field] of tried) {
      const other = await forged(one.attestation, { body });
      expect(refusal(() => openAttestation(other, context))).toEqual({
        code: 'SCORE_BAD_ATTESTATION',
        field,
      });
    }
    // Every text that an accepted one holds is of a closed list, a hash, a random name or an inception.
    const texts = JSON.stringify(one.attestation.body).match(/(?<=:)"[^"]*"/g) ?? [];
    for (const text of texts)
      expect(text).toMatch(
        /^"(1\.0|rating|unverified|none|att_[0-9a-f]{64}|sha256:[0-9a-f]{64}|[0-9a-f]{32}|did:ttp:agent:Qm\w{44})"$/,
      );
  });

  it('is of a session between two that both signed, which may have failed', async () => {
    proves('score.attestation.interaction');
    for (const result of ['opened', 'completed', 'failed'] as const) {
      const one = await rated(A, B, { result, overall: 1 });
      expect(openAttestation(one.attestation, contextOf([one.receipt])).rating.overall).toBe(1);
    }
    const one = await rated(A, B);
    const missing: Refused = { code: 'SCORE_ATTESTATION_RECEIPT', field: 'body.receipt' };
    expect(refusal(() => openAttestation(one.attestation, contextOf([])))).toEqual(missing);
    // A receipt of others, and one of another session.
    for (const other of [
      await receipt(A, C),
      await receipt(B, C),
      await receipt(A, B, { name: 'another' }),
    ]) {
      const wrong = await forged(one.attestation, { body: { receipt: envelopeId(other) } });
      expect(refusal(() => openAttestation(wrong, contextOf([other])))).toEqual(missing);
    }
    // What only one side signed is no receipt.
    const half = await signReceipt({
      session: sessionOf('session'),
      peer: B.did,
      result: 'completed',
      signer: A,
      now: NOW,
    });
    expect(codeThrownBy(() => openReceipt(half, { keyOf }))).toBe('CRYPTO_ENVELOPE_SIGNER_MISSING');
    const late = await receipt(A, B, { at: NOW + 1 });
    const early = await forged(one.attestation, { body: { receipt: envelopeId(late) } });
    expect(refusal(() => openAttestation(early, contextOf([late])))).toEqual({
      code: 'SCORE_ATTESTATION_EARLY',
      field: 'body.issuedAt',
    });
  });

  it('expires, after a year at the latest', async () => {
    proves('score.attestation.interaction');
    const one = await rated(A, B, { expiresAt: NOW + DAY });
    const at = (now: number) => () => openAttestation(one.attestation, contextOf([one.receipt], now));
    expect(codeThrownBy(at(NOW + DAY - 1))).toBeUndefined();
    expect(refusal(at(NOW + DAY))).toEqual({ code: 'SCORE_ATTESTATION_EXPIRED', field: 'head.exp' });
    const signed = (expiresAt: number): Promise<string | undefined> =>
      codeRejectedBy(rated(A, B, { expiresAt }));
    expect(await signed(NOW + ATTESTATION_MAX_LIFE_MS)).toBeUndefined();
    for (const expiresAt of [NOW + ATTESTATION_MAX_LIFE_MS + 1, NOW, NOW - 1])
      expect(await signed(expiresAt)).toBe('SCORE_BAD_ATTESTATION');
    const { exp: _, ...head } = one.attestation.head;
    const endless = await signEnvelope({ ...one.attestation, type: 'ttp/attestation@1', head, signers: [A] });
    expect(refusal(() => openAttestation(endless, contextOf([one.receipt])))?.field).toBe('head.exp');
  });

  it('is not from the future, and addressed to nobody', async () => {
    const one = await rated(A, B, { at: NOW + 61_000 });
    expect(refusal(() => openAttestation(one.attestation, contextOf([one.receipt])))).toEqual({
      code: 'SCORE_ATTESTATION_EARLY',
      field: 'head.iat',
    });
    const here = await rated(A, B);
    for (const head of [{ aud: C.did }, { nonce: 'A'.repeat(43) }, { prev: here.id }]) {
      const other = await forged(here.attestation, { head });
      expect(refusal(() => openAttestation(other, contextOf([here.receipt])))?.field).toBe(
        `head.${Object.keys(head)[0]}`,
      );
    }
  });

  it('is never of oneself: not under another type of the same inception, and not with the same key', async () => {
    proves('score.attestation.interaction');
    const one = await rated(A, B);
    const asTool = party('a', 'tool');
    const id = attestationId({ issuer: A.did, subject: asTool.did, session: sessionOf('session') });
    const self = await forged(one.attestation, { body: { subject: asTool.did, id } });
    expect(refusal(() => openAttestation(self, contextOf([one.receipt])))).toEqual({
      code: 'SCORE_ATTESTATION_SELF',
      field: 'body.subject',
    });
    await expect(receipt(A, asTool)).rejects.toMatchObject({
      code: 'SCORE_BAD_RECEIPT',
      field: 'body.parties',
    });
    // Two identities on one key sign no receipt: they are one party.
    const twin = testSigner(1, didOf('twin'));
    const other = testSigner(1, didOf('other'));
    const shared = await receipt(twin, other);
    expect(codeThrownBy(() => openReceipt(shared, { keyOf: keysOf(twin, other) }))).toBe(
      'CRYPTO_ENVELOPE_SIGNER_MISSING',
    );
    // Nor does it help to sign the attestation alone with the key of the subject.
    const mine = await receipt(A, B);
    const borrowed = { ...B, kid: `${A.did}#key-2`, did: A.did };
    const withHis = await signAttestation({
      subject: B.did,
      session: sessionOf('session'),
      receipt: envelopeId(mine),
      rating: STARS(5),
      signer: { ...borrowed, sign: async (purpose, payload) => B.sign(purpose, payload) },
      now: NOW,
    });
    const context = contextOf([mine]);
    const keys = (kid: string) => (kid === borrowed.kid ? B.publicKey : keyOf(kid));
    expect(refusal(() => openAttestation(withHis, { ...context, keyOf: keys }))).toEqual({
      code: 'SCORE_ATTESTATION_SELF',
      field: 'sigs[0]',
    });
  });

  it('says nothing of what its issuer claims about stage, level or identity', async () => {
    proves('score.attestation.issuer-claims');
    const one = await rated(A, B);
    const boast = await forged(one.attestation, {
      body: { trust: { stage: 'established', identityVerified: true, reputationLevel: 'high' } },
    });
    const context = contextOf([one.receipt]);
    const { id: _, ...said } = openAttestation(boast, context);
    const { id: __, ...plain } = openAttestation(one.attestation, context);
    expect(said).toEqual(plain);
    expect(JSON.stringify(said)).not.toMatch(/established|identityVerified|reputationLevel/);
  });

  it('holds by its issuer alone: another signer, another key, another envelope are refused', async () => {
    const one = await rated(A, B);
    const context = contextOf([one.receipt]);
    const code = (envelope: Envelope) => codeThrownBy(() => openAttestation(envelope, context));
    expect(code(await forged(one.attestation, {}, C))).toBe('CRYPTO_ENVELOPE_FOREIGN_SIGNER');
    expect(code({ ...one.attestation, body: { ...one.attestation.body, expiresAt: NOW + DAY } })).toBe(
      'CRYPTO_ENVELOPE_BAD_SIGNATURE',
    );
    expect(code(one.receipt)).toBeDefined();
    const signed = await forged(one.attestation, { head: { iss: C.did } }, C);
    expect(refusal(() => openAttestation(signed, context))).toEqual({
      code: 'SCORE_BAD_ATTESTATION',
      field: 'body.issuer',
    });
  });
});

describe('a receipt', () => {
  it('is of two parties in order, one of which began it, and has no member that nobody knows', async () => {
    const one = await receipt(A, B);
    const [first, second] = [A, B].sort((a, b) => (a.did < b.did ? -1 : 1));
    if (first === undefined || second === undefined) throw new Error('two parties');
    const opened = openReceipt(one, { keyOf });
    expect(opened).toMatchObject({
      id: envelopeId(one),
      session: sessionOf('session'),
      parties: [first.did, second.did],
      result: 'completed',
      at: NOW,
    });
    const tried: readonly (readonly [JsonObject, string])[] = [
      [{ parties: [second.did, first.did] }, 'body.parties'],
      [{ parties: [first.did, first.did] }, 'body.parties'],
      [{ parties: [first.did] }, 'body.parties'],
      [{ parties: [first.did, second.did, C.did] }, 'body.parties'],
      [{ parties: [first.did, 'did:web:example.org'] }, 'body.parties[1]'],
      [{ result: 'splendid' }, 'body.result'],
      [{ session: 'Tuesday' }, 'body.session'],
      [{ version: '2.0' }, 'body.version'],
      [{ remark: 'x' }, 'body.remark'],
    ];
    const forgedReceipt = (body: JsonObject, head = {}) =>
      signEnvelope({
        type: 'ttp/receipt@1',
        head: { ...one.head, ...head },
        body: { ...one.body, ...body },
        signers: [A, B],
      });
    for (const [body, field] of tried) {
      const other = await forgedReceipt(body);
      expect(refusal(() => openReceipt(other, { keyOf }))).toEqual({ code: 'SCORE_BAD_RECEIPT', field });
    }
    const byAnother = await forgedReceipt({}, { iss: C.did });
    expect(refusal(() => openReceipt(byAnother, { keyOf }))?.field).toBe('head.iss');
    const ends = await forgedReceipt({}, { exp: NOW + DAY });
    expect(refusal(() => openReceipt(ends, { keyOf }))?.field).toBe('head.exp');
  });
});

interface AttestationVector extends VectorCase {
  readonly why: string;
  /** The envelope as it came. */
  readonly text: string;
  readonly receipts: readonly string[];
  /** Multikeys by key id. */
  readonly keys: Readonly<Record<string, string>>;
  readonly now: number;
  readonly expect?: JsonObject;
  readonly code?: string;
  readonly field?: string;
}

describe('vectors', () => {
  it.each([...vectors<AttestationVector>('score/attestation')])('$name', (one) => {
    const keys = new Map(Object.entries(one.keys).map(([kid, key]) => [kid, fromMultikey(key)]));
    const lookup = (kid: string) => keys.get(kid);
    const known = new Map(
      one.receipts.map((text) => {
        const opened = openReceipt(text, { keyOf: lookup });
        return [opened.id, opened] as const;
      }),
    );
    const open = () =>
      openAttestation(one.text, { keyOf: lookup, receiptOf: (id) => known.get(id), now: one.now });
    if (one.expect === undefined) {
      const refused = refusal(open);
      expect(refused?.code).toBe(one.code);
      if (one.field !== undefined) expect(refused?.field).toBe(one.field);
    } else expect(open()).toMatchObject(one.expect);
  });
});
