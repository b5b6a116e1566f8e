import { codeRejectedBy, proves, vectors } from '@ttp/testkit';
import { describe, expect, it, vi } from 'vitest';
import {
  hashPassword,
  PASSWORD_MAX_BYTES,
  PASSWORD_MAX_COST_LOG2,
  PASSWORD_MIN_COST_LOG2,
  verifyPassword,
} from '../src/index.js';
import { random } from './fixtures.js';

/** The cost of everything that was derived. */
const costs: number[] = [];
/** By how much less is derived than asked for, where many hashes are made. */
let lower = 0;

vi.mock(import('#backend'), async (original) => {
  const module = await original();
  return {
    ...module,
    scrypt(input) {
      costs.push(input.costLog2);
      return module.scrypt({ ...input, costLog2: input.costLog2 - lower });
    },
  };
});

interface PasswordCase {
  readonly password: string;
  readonly hash: string;
  readonly cost?: number;
  readonly expect?: { readonly ok: boolean; readonly rehash: boolean };
  readonly code?: string;
}

describe('password hashes', () => {
  it.each(vectors<PasswordCase>('password'))('of the vectors: $name', async (test) => {
    proves('crypto.password-hash', 'decision.D8');
    const { expect: expected, code, name: _, ...input } = test;
    costs.length = 0;
    if (expected !== undefined) expect(await verifyPassword(input)).toEqual(expected);
    else {
      expect(await codeRejectedBy(verifyPassword(input))).toBe(code);
      expect(costs).toEqual([]); // refused before any work
    }
  });

  it('are salted, name the minimum cost, and give their password a verdict', async () => {
    proves('crypto.password-hash', 'decision.D8');
    lower = 10;
    const source = random('password');
    const [password, other] = ['tk_live_0123456789', 'tk_live_0123456788'];
    const hash = await hashPassword({ password, random: source });
    expect(hash).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z\d+/]{22}\$[A-Za-z\d+/]{43}$/);
    expect(hash).not.toContain(password);
    expect(await hashPassword({ password, random: source })).not.toBe(hash);
    expect(await verifyPassword({ password, hash })).toEqual({ ok: true, rehash: false });
    expect(await verifyPassword({ password: other, hash })).toEqual({ ok: false, rehash: false });
    expect(await verifyPassword({ password, hash, cost: 18 })).toEqual({ ok: true, rehash: true });
    expect(await verifyPassword({ password: other, hash, cost: 18 })).toEqual({ ok: false, rehash: false });
    expect(costs.slice(-5)).toEqual([17, 17, 17, 17, 17]);
    lower = 0;
  });

  it.each([0, 14, PASSWORD_MIN_COST_LOG2 - 1, PASSWORD_MAX_COST_LOG2 + 1, 17.5, Number.NaN])(
    'are never made or wanted with a cost of 2^%d',
    async (cost) => {
      proves('crypto.password-hash');
      costs.length = 0;
      const made = hashPassword({ password: 'x', random: random('x'), cost });
      expect(await codeRejectedBy(made)).toBe('CRYPTO_PASSWORD_COST');
      expect(await codeRejectedBy(verifyPassword({ password: 'x', hash: '', cost }))).toBe(
        'CRYPTO_PASSWORD_COST',
      );
      expect(costs).toEqual([]);
    },
  );

  it('are not made of nothing, of half a character, or of more than the limit', async () => {
    costs.length = 0;
    const [known] = vectors<PasswordCase>('password').filter(({ expect: verdict }) => verdict?.ok);
    for (const [password, code] of [
      ['', 'CRYPTO_PASSWORD_LENGTH'],
      ['x'.repeat(PASSWORD_MAX_BYTES + 1), 'CRYPTO_PASSWORD_LENGTH'],
      ['\u00e9'.repeat(PASSWORD_MAX_BYTES / 2 + 1), 'CRYPTO_PASSWORD_LENGTH'],
      ['\ud800', 'CRYPTO_BAD_UTF8'],
    ] as const) {
      expect(await codeRejectedBy(hashPassword({ password, random: random('x') }))).toBe(code);
      expect(await verifyPassword({ password, hash: known?.hash ?? '' })).toEqual({
        ok: false,
        rehash: false,
      });
    }
    expect(costs).toEqual([]);
  });
});
