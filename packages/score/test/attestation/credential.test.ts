import type { Envelope } from '@ttp/core';
import { createSigner, generateKeyPair } from '@ttp/crypto';
import { ASSERTION_PURPOSES, issueCredential, verifyCredential, verifyIntegrity } from '@ttp/crypto/interop';
import {
  attestationBook,
  attestationCredential,
  readStatements,
  signRetraction,
  signShare,
} from '@ttp/score';
import { codeRejectedBy, codeThrownBy, proves, seededRandom } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { DAY, keyOf, NOW, party, rated, STARS, stated } from './parties.js';

const [A, S] = [party('a'), party('s')];
const { seed, publicKey } = generateKeyPair(seededRandom('assertion key'));
const kid = `${A.did}#assertion-1`;
const signer = createSigner({ seed, kid, purposes: ASSERTION_PURPOSES });
const keys = (method: string) => (method === kid ? ({ kind: 'Ed25519', publicKey } as const) : undefined);

async function heap() {
  const one = await rated(A, S, { overall: 4 });
  const shared = await signShare('public', S, NOW);
  const bookOf = async (...more: readonly Envelope[]) =>
    attestationBook(
      (
        await readStatements(stated(one.receipt, one.attestation, ...more), {
          keyOf,
          ancestorsOf: () => [],
          now: NOW,
        })
      ).stated,
      { roots: [] },
    );
  return { one, shared, bookOf };
}

it('an attestation leaves as a Verifiable Credential 2.0 that verifies with the same proof as any other', async () => {
  proves('decision.D25');
  const { one, shared, bookOf } = await heap();
  const credential = attestationCredential(await bookOf(shared), S.did, one.id);
  const issued = JSON.stringify(await issueCredential({ credential, signer, created: NOW }));
  expect(verifyIntegrity(issued, { keyOf: keys, now: NOW }).verificationMethod).toBe(kid);
  const verified = verifyCredential(issued, { keyOf: keys, now: NOW });
  expect(verified.issuer).toBe(A.did);
  expect(verified.credential).toMatchObject({
    validFrom: '2026-05-28T20:26:40.000Z',
    validUntil: '2026-08-26T20:26:40.000Z',
    credentialSubject: { id: S.did, rating: STARS(4) },
  });
  const at = (now: number) => codeThrownBy(() => verifyCredential(issued, { keyOf: keys, now }));
  expect([at(NOW - 1), at(NOW + 90 * DAY)]).toEqual(['CRYPTO_FOREIGN_EXPIRED', 'CRYPTO_FOREIGN_EXPIRED']);
  const better = issued.replace('"overall":4', '"overall":5');
  expect(codeThrownBy(() => verifyCredential(better, { keyOf: keys, now: NOW }))).toBe(
    'CRYPTO_FOREIGN_BAD_SIGNATURE',
  );
  const stranger = createSigner({ seed, kid: `${S.did}#assertion-1`, purposes: ASSERTION_PURPOSES });
  expect(await codeRejectedBy(issueCredential({ credential, signer: stranger, created: NOW }))).toBe(
    'CRYPTO_FOREIGN_ISSUER',
  );
});

it('leaves only where the subject shares it with everybody, and nobody took it back', async () => {
  const { one, bookOf, shared } = await heap();
  const code = async (...more: readonly Envelope[]) => {
    const book = await bookOf(...more);
    return codeThrownBy(() => attestationCredential(book, S.did, one.id));
  };
  expect(await code()).toBe('SCORE_NOT_SHARED');
  expect(await code(await signShare('peers', S, NOW))).toBe('SCORE_NOT_SHARED');
  const back = await signRetraction({ attestation: one.id, reason: 'mistaken', signer: A, now: NOW });
  expect(await code(shared, back)).toBe('SCORE_ATTESTATION_RETRACTED');
  const book = await bookOf(shared, await signShare('public', A, NOW));
  expect(codeThrownBy(() => attestationCredential(book, A.did, one.id))).toBe('SCORE_ATTESTATION_UNKNOWN');
});
