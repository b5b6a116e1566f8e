import { MESSAGE_MAX_AGE_MS, MESSAGE_MAX_AHEAD_MS } from '@ttp/core';
import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { createReplayGuard, REPLAY_MAX_PER_KEY, REPLAY_MAX_TOTAL } from '../src/index.js';

const NOW = 1_700_000_000_000;

describe('the replay guard', () => {
  it('admits a nonce once, for each key', () => {
    proves('crypto.validation.nonce');
    const guard = createReplayGuard({ bootAt: 0 });
    const input = { key: 'a', nonce: 'n', iat: NOW, now: NOW };
    expect(codeThrownBy(() => guard.admit(input))).toBeUndefined();
    expect(codeThrownBy(() => guard.admit(input))).toBe('CRYPTO_REPLAYED');
    expect(codeThrownBy(() => guard.admit({ ...input, key: 'b' }))).toBeUndefined();
    expect(codeThrownBy(() => guard.admit({ ...input, nonce: 'm' }))).toBeUndefined();
  });

  it('holds 10 000 nonces of a key, then refuses that key alone and forgets nobody', () => {
    proves('flaw.H9', 'crypto.validation.nonce-capacity', 'crypto.validation.nonce');
    expect(REPLAY_MAX_PER_KEY).toBe(10_000);
    const guard = createReplayGuard({ bootAt: 0 });
    const victim = { key: 'victim', nonce: 'n', iat: NOW, now: NOW };
    guard.admit(victim);
    for (let i = 0; i < REPLAY_MAX_PER_KEY; i++)
      guard.admit({ key: 'flood', nonce: String(i), iat: NOW, now: NOW });
    const more = { key: 'flood', nonce: 'one more', iat: NOW, now: NOW };
    expect(codeThrownBy(() => guard.admit(more))).toBe('CRYPTO_REPLAY_FULL');
    expect(codeThrownBy(() => guard.admit({ ...more, nonce: '0' }))).toBe('CRYPTO_REPLAYED');
    expect(codeThrownBy(() => guard.admit(victim))).toBe('CRYPTO_REPLAYED');
    expect(codeThrownBy(() => guard.admit({ ...victim, nonce: 'm' }))).toBeUndefined();
  });

  it('evicts nobody for 200 others who flood it', () => {
    proves('flaw.H9');
    const guard = createReplayGuard({ bootAt: 0, total: 1000 });
    const victim = { key: 'victim', nonce: 'n', iat: NOW, now: NOW };
    guard.admit(victim);
    let refused = 0;
    for (let i = 0; i < 2000; i++)
      if (
        codeThrownBy(() => guard.admit({ key: `sybil ${i % 200}`, nonce: String(i), iat: NOW, now: NOW })) ===
        'CRYPTO_REPLAY_FULL'
      )
        refused++;
    expect(refused).toBe(2000 - 999);
    expect(codeThrownBy(() => guard.admit({ ...victim, now: NOW + MESSAGE_MAX_AGE_MS }))).toBe(
      'CRYPTO_REPLAYED',
    );
  });

  it('has room again when what it holds is too old to be taken anyway', () => {
    const guard = createReplayGuard({ bootAt: 0, perKey: 1 });
    guard.admit({ key: 'a', nonce: '1', iat: NOW, now: NOW });
    const later = NOW + MESSAGE_MAX_AGE_MS + MESSAGE_MAX_AHEAD_MS;
    expect(codeThrownBy(() => guard.admit({ key: 'a', nonce: '2', iat: later, now: later }))).toBe(
      'CRYPTO_REPLAY_FULL',
    );
    expect(
      codeThrownBy(() => guard.admit({ key: 'a', nonce: '2', iat: later, now: later + 1 })),
    ).toBeUndefined();
  });

  it('refuses what a process before it may have seen', () => {
    proves('flaw.H9');
    const guard = createReplayGuard({ bootAt: NOW });
    const stamped = (iat: number): unknown =>
      codeThrownBy(() => guard.admit({ key: 'a', nonce: String(iat), iat, now: NOW }));
    expect(stamped(NOW - 1)).toBe('CRYPTO_BEFORE_BOOT');
    expect(stamped(NOW + MESSAGE_MAX_AHEAD_MS - 1)).toBe('CRYPTO_BEFORE_BOOT');
    expect(stamped(NOW + MESSAGE_MAX_AHEAD_MS)).toBeUndefined();
  });

  it('takes nothing back that it forgot while the clock stood ahead', () => {
    proves('flaw.H9');
    const guard = createReplayGuard({ bootAt: 0 });
    const message = { key: 'a', nonce: 'n', iat: NOW, now: NOW };
    guard.admit(message);
    const ahead = NOW + 3_600_000;
    guard.admit({ key: 'a', nonce: 'm', iat: ahead, now: ahead });
    expect(codeThrownBy(() => guard.admit(message))).toBe('CRYPTO_MESSAGE_STALE');
  });

  it('refuses stamps that its memory does not cover, whoever calls it', () => {
    const guard = createReplayGuard({ bootAt: 0 });
    const at = (iat: number): unknown =>
      codeThrownBy(() => guard.admit({ key: 'a', nonce: 'n', iat, now: NOW }));
    expect(at(NOW + MESSAGE_MAX_AHEAD_MS + 1)).toBe('CRYPTO_MESSAGE_FUTURE');
    expect(at(NOW - MESSAGE_MAX_AGE_MS - 1)).toBe('CRYPTO_MESSAGE_STALE');
    expect(at(Number.NaN)).toBe('CORE_BAD_TIME');
    expect(codeThrownBy(() => guard.admit({ key: 'a', nonce: 'n', iat: NOW, now: 0.5 }))).toBe(
      'CORE_BAD_TIME',
    );
  });

  it('admits what a guard that never forgets admits', async () => {
    proves('crypto.validation.nonce');
    await withSeed('replay model', 50, (random) => {
      const guard = createReplayGuard({ bootAt: 0 });
      const seen = new Set<string>();
      let now = NOW;
      let highest = 0;
      for (let i = 0; i < 200; i++) {
        now = Math.max(0, now + random.int(120_000) - 20_000);
        highest = Math.max(highest, now);
        const input = {
          key: random.pick(['a', 'b']),
          nonce: String(random.int(30)),
          iat: now - random.int(400_000) + 80_000,
          now,
        };
        const id = `${input.key} ${input.nonce} ${input.iat}`;
        const code = codeThrownBy(() => guard.admit(input));
        if (code !== undefined) continue;
        expect(input.iat >= highest - MESSAGE_MAX_AGE_MS && input.iat <= now + MESSAGE_MAX_AHEAD_MS).toBe(
          true,
        );
        expect(seen.has(id), id).toBe(false);
        seen.add(id);
        // Whatever happens to the clock, the very same message is not taken again.
        expect(codeThrownBy(() => guard.admit(input))).toBe('CRYPTO_REPLAYED');
      }
    });
  });

  it('takes nonces without end, as long as the old ones expire', () => {
    const guard = createReplayGuard({ bootAt: 0 });
    const admit = (i: number) =>
      guard.admit({ key: `k${i % 50}`, nonce: String(i), iat: NOW + 20 * i, now: NOW + 20 * i });
    // One that looked at all nonces for each would not come back before the runner gives up on it.
    for (let i = 0; i < 60_000; i++) admit(i);
    expect(codeThrownBy(() => admit(59_999))).toBe('CRYPTO_REPLAYED');
  });

  it.each([
    { perKey: 0 },
    { perKey: REPLAY_MAX_PER_KEY + 1 },
    { total: 1.5 },
    { total: REPLAY_MAX_TOTAL + 1 },
    { total: Number.NaN },
  ])('refuses a share of %j', (wrong) => {
    expect(codeThrownBy(() => createReplayGuard({ bootAt: 0, ...wrong }))).toBe('CRYPTO_BAD_PARAMETER');
  });
});
