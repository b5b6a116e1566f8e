import { fromBase58btc, fromHex, keyPairOf } from '@ttp/crypto';
import { proves, THIRD_PARTY_ABSENT, thirdParty } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { didKey, didKeyDocument, formatDid, parseDid } from '../src/index.js';

/** The W3C vectors of did:key, as far as they speak of Ed25519: older key types, the same keys and ids. */
const file = z.record(
  z.string(),
  z.object({
    seed: z.string(),
    verificationKeyPair: z.object({ publicKeyBase58: z.string() }),
    didDocument: z.object({
      id: z.string(),
      authentication: z.array(z.string()),
      assertionMethod: z.array(z.string()),
      verificationMethod: z.array(z.object({ id: z.string(), controller: z.string() })),
    }),
  }),
);

describe('W3C vectors of did:key', () => {
  it('agree in key, identifier, key id and relationships', (context) => {
    proves('did.keys.ed25519');
    const text = thirdParty('did/did-key-ed25519.json');
    if (text === undefined) {
      context.skip(THIRD_PARTY_ABSENT);
      return;
    }
    const cases = Object.entries(file.parse(JSON.parse(text)));
    expect(cases.length).toBe(3);
    for (const [id, { seed, verificationKeyPair, didDocument }] of cases) {
      const { publicKey } = keyPairOf(fromHex(seed));
      expect(fromBase58btc(verificationKeyPair.publicKeyBase58)).toEqual(publicKey);
      const did = didKey(publicKey);
      expect(did).toBe(id);
      expect(parseDid(id)).toEqual({ method: 'key', publicKey });
      expect(formatDid(parseDid(id))).toBe(id);
      const ours = didKeyDocument(did);
      expect(ours.id).toBe(didDocument.id);
      expect(ours.authentication).toEqual(didDocument.authentication);
      expect(ours.assertionMethod).toEqual(didDocument.assertionMethod);
      expect(didDocument.verificationMethod).toContainEqual({
        id: ours.verificationMethod[0]?.id,
        controller: ours.verificationMethod[0]?.controller,
      });
    }
  });
});
