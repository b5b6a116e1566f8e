import type { Json, JsonObject } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { base64url, canonicalBytes, canonicalize, utf8 } from '../../src/index.js';
import { signAgentCard, type VerifiedAgentCard, verifyAgentCard } from '../../src/interop/index.js';
import { jwsInput } from '../../src/interop/jws-input.js';
import { attester, foreigner, keyOfJwks, withOtherS } from './fixtures.js';

interface CardCase {
  readonly card: string;
  /** JWKs by key id. */
  readonly keys: Readonly<Record<string, Json>>;
  readonly expect?: { readonly kids: readonly string[] };
  readonly code?: string;
}

const verify = ({ card, keys }: CardCase): VerifiedAgentCard =>
  verifyAgentCard(card, { keyOf: keyOfJwks(keys) });

describe('the vectors of agent cards', () => {
  it.each(vectors<CardCase>('interop/agent-card'))('$name', (test) => {
    proves('flaw.H2');
    expect(codeThrownBy(() => verify(test))).toBe(test.code);
    if (test.expect === undefined) return;
    const { card, kids } = verify(test);
    expect(kids).toEqual(test.expect.kids);
    const { signatures, ...content } = JSON.parse(test.card);
    expect(signatures).toBeDefined();
    expect(canonicalize(card)).toBe(canonicalize(content));
  });
});

describe('an agent card', () => {
  const [first, second] = [attester(1, 'key-1'), attester(2, 'key-2')];
  const keyOf = (kid: string): typeof first.key | undefined =>
    kid === 'key-1' ? first.key : kid === 'key-2' ? second.key : undefined;
  const card: JsonObject = { name: 'Clerk', description: '', skills: [], securitySchemes: {} };

  it('bears the signatures of all who signed, over its content alone', async () => {
    const once = await signAgentCard({ card, signer: first.signer });
    const twice = await signAgentCard({ card: once, signer: second.signer });
    expect(verifyAgentCard(JSON.stringify(once), { keyOf }).kids).toEqual(['key-1']);
    const { card: read, kids } = verifyAgentCard(JSON.stringify(twice), { keyOf });
    expect(kids).toEqual(['key-1', 'key-2']);
    expect(canonicalize(read)).toBe(canonicalize(card));
  });

  it('is not signed where its signatures are none, or too many', async () => {
    for (const signatures of [[], 'text', Array.from({ length: 32 }, () => ({}))])
      expect(
        await codeRejectedBy(signAgentCard({ card: { ...card, signatures }, signer: first.signer })),
      ).toBe('CRYPTO_FOREIGN_SHAPE');
  });

  it('asks for keys by key id alone: an address in the card is not looked at', async () => {
    const asked: string[] = [];
    const signed = await signAgentCard({ card, signer: first.signer });
    verifyAgentCard(JSON.stringify(signed), {
      keyOf: (kid, ...others) => {
        asked.push(kid);
        expect(others).toEqual([]);
        return first.key;
      },
    });
    expect(asked).toEqual(['key-1']);
  });

  it('is refused with more signatures than the limit', async () => {
    const { signatures, ...rest } = await signAgentCard({ card, signer: first.signer });
    const many = Array.from({ length: 33 }, () => (Array.isArray(signatures) ? signatures[0] : null));
    const text = JSON.stringify({ ...rest, signatures: many });
    expect(codeThrownBy(() => verifyAgentCard(text, { keyOf }))).toBe('CRYPTO_FOREIGN_SHAPE');
  });

  it('may be signed by a key of P-256, in either half of s', () => {
    const { key, sign } = foreigner(3);
    const header = base64url(utf8('{"alg":"ES256","kid":"theirs"}'));
    const signature = sign(jwsInput(header, canonicalBytes({ name: 'Clerk' })));
    for (const bytes of [signature, withOtherS(signature)]) {
      const signatures = [{ protected: header, signature: base64url(bytes) }];
      const text = JSON.stringify({ name: 'Clerk', signatures });
      expect(verifyAgentCard(text, { keyOf: () => key }).kids).toEqual(['theirs']);
    }
  });

  it('is refused where a known key is of another kind than the signature', async () => {
    const text = JSON.stringify(await signAgentCard({ card, signer: first.signer }));
    expect(codeThrownBy(() => verifyAgentCard(text, { keyOf: () => foreigner(3).key }))).toBe(
      'CRYPTO_FOREIGN_ALGORITHM',
    );
  });
});
