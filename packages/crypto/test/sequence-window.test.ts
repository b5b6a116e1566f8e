import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { createSequenceWindow } from '../src/index.js';

describe('a sequence window', () => {
  it('takes each sequence once, in any order, as far back as it reaches', () => {
    proves('decision.D10', 'flaw.H9');
    const window = createSequenceWindow();
    for (const sequence of [0n, 2n, 1n, 100n, 37n, 99n]) window.admit(sequence);
    for (const sequence of [0n, 1n, 2n, 36n, 37n, 99n, 100n])
      expect(codeThrownBy(() => window.admit(sequence))).toBe('CRYPTO_REPLAYED');
    window.admit(38n);
    window.admit(2n ** 64n - 1n);
    expect(codeThrownBy(() => window.admit(2n ** 64n))).toBe('CRYPTO_BAD_PARAMETER');
    expect(codeThrownBy(() => window.admit(-1n))).toBe('CRYPTO_BAD_PARAMETER');
    expect(codeThrownBy(() => window.admit(100n))).toBe('CRYPTO_REPLAYED');
  });

  it('is the set of what was used, in a window of 64', async () => {
    await withSeed('sequence window', 40, (random) => {
      const window = createSequenceWindow();
      const used = new Set<bigint>();
      let top = -1n;
      for (let i = 0; i < 300; i++) {
        const jump = BigInt(random.int(random.pick([3, 80, 200])));
        const sequence = random.int(3) === 0 ? top + jump : top - jump;
        if (sequence < 0n) continue;
        const isNew = !used.has(sequence) && top - sequence < 64n;
        expect(codeThrownBy(() => window.admit(sequence))).toBe(isNew ? undefined : 'CRYPTO_REPLAYED');
        used.add(sequence);
        if (sequence > top) top = sequence;
      }
    });
  });
});
