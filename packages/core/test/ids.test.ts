import { asBasisPoints, asDid, asEpoch, asHash, asTime, asTraceId, asTrustScore } from '@ttp/core';
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';

const hash = `sha256:${'0a'.repeat(32)}`;

describe('identifiers', () => {
  it('accepts what is well formed, unchanged', () => {
    expect(asHash(hash)).toBe(hash);
    expect(asTraceId('0af7651916cd43dd8448eb211c80319c')).toBe('0af7651916cd43dd8448eb211c80319c');
    for (const did of [
      'did:key:z6Mk',
      'did:web:example.com%3A8443:a',
      'did:tessorium:agent:claude-helper:v1',
    ])
      expect(asDid(did)).toBe(did);
  });

  it.each([
    '',
    'sha256:',
    hash.toUpperCase(),
    `${hash}0`,
    hash.slice(0, -1),
    `${hash}\n`,
    `md5:${'0'.repeat(64)}`,
  ])('refuses %j as a hash', (text) => expect(codeThrownBy(() => asHash(text))).toBe('CORE_BAD_HASH'));

  it.each(['', '0'.repeat(32), '0AF7651916CD43DD8448EB211C80319C', '0af7651916cd43dd8448eb211c80319'])(
    'refuses %j as a trace id',
    (text) => expect(codeThrownBy(() => asTraceId(text))).toBe('CORE_BAD_TRACE'),
  );

  it.each([
    '',
    'did:',
    'did:ttp:',
    'DID:ttp:a',
    'did:TTP:a',
    'did:ttp:a b',
    'did:ttp:a#key-1',
    'did:ttp:%zz',
    'did:ttp:é',
    `did:ttp:${'a'.repeat(2048)}`,
  ])('refuses %j as a DID', (text) => expect(codeThrownBy(() => asDid(text))).toBe('CORE_BAD_DID'));
});

describe('numbers', () => {
  it('keeps each scale to itself: a mesh score of 750 is not a trust score', () => {
    proves('core.ids.branded');
    expect(asTrustScore(75)).toBe(75);
    expect(codeThrownBy(() => asTrustScore(750))).toBe('CORE_BAD_SCORE');
    expect(codeThrownBy(() => asHash('did:ttp:agent:x'))).toBe('CORE_BAD_HASH');
    // @ts-expect-error a score is not basis points
    const mixed: ReturnType<typeof asBasisPoints> = asTrustScore(75);
    expect(mixed).toBe(75);
  });

  it.each([-1, 0.5, 101, NaN, Infinity, -0.1])('refuses %d as a trust score', (n) =>
    expect(codeThrownBy(() => asTrustScore(n))).toBe('CORE_BAD_SCORE'),
  );

  it.each([-1, 0.5, 10_001, NaN])('refuses %d as basis points', (n) =>
    expect(codeThrownBy(() => asBasisPoints(n))).toBe('CORE_BAD_BASIS_POINTS'),
  );

  it('takes epochs and times as non-negative safe integers only', () => {
    expect([asEpoch(0), asEpoch(7), asTime(0), asBasisPoints(10_000)]).toEqual([0, 7, 0, 10_000]);
    for (const n of [-1, 1.5, 2 ** 53, NaN]) {
      expect(codeThrownBy(() => asEpoch(n))).toBe('CORE_BAD_EPOCH');
      expect(codeThrownBy(() => asTime(n))).toBe('CORE_BAD_TIME');
    }
  });
});
