import { codeThrownBy, proves, THIRD_PARTY_ABSENT, thirdParty } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { fromMultibase, fromUtf8, multibase, utf8 } from '../../src/index.js';

it('reads base58btc of the multibase vectors, and refuses every other base', (context) => {
  proves('crypto.multibase');
  const csv = thirdParty('did/multibase-basic.csv') ?? context.skip(THIRD_PARTY_ABSENT);
  const rows = [...csv.matchAll(/^(\w+), "(.*)"$/gm)].filter(([, name]) => name !== 'encoding');
  expect(rows.length).toBeGreaterThan(15);
  for (const [, name, text = ''] of rows) {
    if (name === 'base58btc') {
      expect(fromUtf8(fromMultibase(text))).toBe('yes mani !');
      expect(multibase(utf8('yes mani !'))).toBe(text);
    } else
      expect(
        codeThrownBy(() => fromMultibase(text)),
        name,
      ).toBe('CRYPTO_BAD_MULTIBASE');
  }
});
