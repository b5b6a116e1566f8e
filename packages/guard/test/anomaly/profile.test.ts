import { hashJson } from '@ttp/crypto';
import { codeThrownBy, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { deviations, latencyAt, NO_PROFILE, type Profile, profiled } from '../../src/anomaly/profile.js';
import {
  decodeProfiles,
  distrust,
  encodeProfiles,
  noProfiles,
  observe,
  type Profiles,
} from '../../src/anomaly/profiles.js';
import { PROFILE_RESOURCES_MAX } from '../../src/limits.js';
import { seen } from './seen.js';

const MINUTE = 60_000;
const RULE = { periodMs: 30 * 86_400_000, deviationMilli: 3000 };
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A profile after `minutes` of five accesses each. */
function usual(minutes: number, { rule }: { rule: typeof RULE | undefined } = { rule: RULE }): Profile {
  let profile = NO_PROFILE;
  for (let minute = 0; minute < minutes; minute++)
    for (let i = 0; i < 5; i++) profile = profiled(profile, seen(), minute * MINUTE + i, rule);
  return profile;
}

describe('a profile', () => {
  it('has rates, volumes, hours and percentiles of latency', () => {
    proves('guard.anomaly.profiles');
    const random = seededRandom('profile');
    const took = Array.from({ length: 500 }, () => random.int(3000));
    let profile = NO_PROFILE;
    for (const [i, tookMs] of took.entries())
      profile = profiled(profile, seen({ tookMs, bytes: 10, minute: (i * 60) % 1440 }), i, undefined);
    profile = profiled(profile, seen({ status: 'blocked', denied: true }), 500, undefined);
    profile = profiled(profile, seen({ status: 'failed', bytes: 0, tookMs: 1 }), 501, undefined);
    expect(profile).toMatchObject({ accesses: 501, bytes: 5000, failures: 1, denials: 1 });
    expect(profile.hours.reduce((sum, count) => sum + count, 0)).toBe(500);
    expect(profile.hours[0]).toBe(21);
    took.push(1);
    took.sort((a, b) => a - b);
    for (const percent of [1, 50, 95, 99, 100]) {
      const exact = took[Math.ceil((took.length * percent) / 100) - 1] ?? 0;
      const found = latencyAt(profile, percent);
      expect(found).toBeGreaterThan(exact);
      expect(found).toBeLessThanOrEqual(Math.max(1, 2 * exact));
    }
    expect(latencyAt(NO_PROFILE, 50)).toBe(0);
    expect(latencyAt(profiled(NO_PROFILE, seen({ tookMs: 1e15 }), 0, undefined), 50)).toBe(2 ** 18);
  });

  it('finds a minute unusual that is far above those before, by metric, and the same not twice as many', () => {
    let profile = usual(40);
    for (let i = 0; i < 11; i++) profile = profiled(profile, seen(), 40 * MINUTE, RULE);
    expect(deviations(profile)).toEqual([]);
    profile = profiled(profile, seen(), 40 * MINUTE, RULE);
    expect(deviations(profile)).toEqual([
      { metric: 'accesses', value: 12, samples: 40, meanMilli: 5000, deviationMilli: 2236, most: 11 },
    ]);
    const heavy = profiled(usual(40), seen({ bytes: 100_000 }), 40 * MINUTE, RULE);
    expect(deviations(heavy).map(({ metric }) => metric)).toEqual(['kib']);
    let failing = usual(40);
    for (let i = 0; i < 4; i++) failing = profiled(failing, seen({ status: 'failed' }), 40 * MINUTE, RULE);
    expect(deviations(failing).map(({ metric }) => metric)).toEqual(['failures']);
  });

  it('compares the mean of a latency once there are ten of it', () => {
    let profile = NO_PROFILE;
    for (let minute = 0; minute < 40; minute++)
      for (let i = 0; i < 12; i++) profile = profiled(profile, seen({ tookMs: 20 }), minute * MINUTE, RULE);
    for (let i = 0; i < 9; i++) profile = profiled(profile, seen({ tookMs: 900 }), 40 * MINUTE, RULE);
    expect(deviations(profile)).toEqual([]);
    profile = profiled(profile, seen({ tookMs: 900 }), 40 * MINUTE, RULE);
    expect(deviations(profile)).toMatchObject([{ metric: 'latency', value: 900, meanMilli: 20_000 }]);
  });

  it('keeps no baseline without a rule, and none of minutes in which nothing was done', () => {
    expect(usual(40, { rule: undefined }).baselines.accesses).toEqual([]);
    const rested = profiled(usual(30), seen(), 5000 * MINUTE, RULE);
    expect(rested.usual.accesses).toMatchObject({ samples: 30, meanMilli: 5000 });
    let refused = usual(31);
    for (let minute = 31; minute < 99; minute++)
      refused = profiled(refused, seen({ status: 'blocked', denied: true }), minute * MINUTE, RULE);
    expect(refused.usual.accesses).toMatchObject({ samples: 31, meanMilli: 5000 });
  });

  it('learns nothing from a minute in which an alarm was raised', () => {
    const profiles: Profiles = noProfiles();
    for (let minute = 0; minute < 60; minute++)
      for (let i = 0; i < 5; i++) observe(profiles, seen(), minute * MINUTE, RULE);
    const before = profiles.agent.usual.accesses;
    for (let minute = 60; minute < 200; minute++) {
      for (let i = 0; i < 11; i++) observe(profiles, seen(), minute * MINUTE, RULE);
      distrust(profiles);
    }
    observe(profiles, seen(), 200 * MINUTE, RULE);
    expect(profiles.agent.usual.accesses).toEqual({ ...before, samples: 60 });
    expect(profiles.resources.get(hashJson('db:customers/1'))?.usual.accesses?.samples).toBe(60);
  });
});

describe('profiles', () => {
  it('tell resources apart, up to a number', () => {
    const profiles: Profiles = noProfiles();
    for (let i = 0; i < 100; i++) observe(profiles, seen({ resource: `db:${i}` }), 0, undefined);
    expect(profiles.resources.size).toBe(PROFILE_RESOURCES_MAX + 1);
    expect(profiles.resources.get('*')?.accesses).toBe(100 - PROFILE_RESOURCES_MAX);
    expect(profiles.agent.accesses).toBe(100);
    const odd = noProfiles();
    for (const resource of ['__proto__', 'x'.repeat(5000), '\ud800'])
      observe(odd, seen({ resource }), 0, undefined);
    expect(odd.resources.size).toBe(3);
    expect(odd.resources.get(hashJson('__proto__'))?.accesses).toBe(1);
  });

  it('keep no name of a resource in the store: it may hold a secret, and no erasure would find it', () => {
    const profiles = noProfiles();
    observe(profiles, seen({ resource: 'file:notes/the-secret' }), 0, undefined);
    expect(new TextDecoder().decode(encodeProfiles(profiles))).not.toContain('secret');
  });

  it('name the resource whose use is unusual, where all together is not', () => {
    const profiles: Profiles = noProfiles();
    for (let minute = 0; minute < 40; minute++) {
      for (let i = 0; i < 40; i++) observe(profiles, seen({ resource: 'db:much' }), minute * MINUTE, RULE);
      observe(profiles, seen({ resource: 'db:rare' }), minute * MINUTE, RULE);
    }
    let unusual: unknown[] = [];
    for (let i = 0; i < 8; i++) {
      unusual = [...observe(profiles, seen({ resource: 'db:rare' }), 40 * MINUTE, RULE)];
    }
    expect(unusual).toMatchObject([{ metric: 'accesses', value: 8, resource: hashJson('db:rare') }]);
  });

  it('can be read again however much was used', () => {
    const profiles = noProfiles();
    const endless = seen({ bytes: Number.POSITIVE_INFINITY, tookMs: Number.POSITIVE_INFINITY });
    for (let i = 0; i < 10_000; i++) observe(profiles, endless, 0, RULE);
    const again = decodeProfiles(encodeProfiles(profiles), 0, RULE);
    expect(again.agent.bytes).toBe(Number.MAX_SAFE_INTEGER);
    expect(again.agent.minute.took).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('come back from a store as they were', () => {
    const profiles: Profiles = noProfiles();
    const random = seededRandom('kept');
    for (let i = 0; i < 400; i++) {
      const one = seen({
        resource: `db:${random.int(40)}`,
        tookMs: random.int(500),
        minute: random.int(1440),
      });
      observe(profiles, one, i * 20_000, RULE);
    }
    const now = profiles.agent.minute.index * MINUTE;
    const again = decodeProfiles(encodeProfiles(profiles), now, RULE);
    expect(encodeProfiles(again)).toEqual(encodeProfiles(profiles));
    expect(again.agent.usual).toEqual(profiles.agent.usual);
    expect(decodeProfiles(undefined, 0, RULE)).toEqual(noProfiles());
  });

  it.each<[string, (record: string) => string]>([
    ['nothing', () => ''],
    ['no JSON', () => 'profiles'],
    ['another version', (text) => text.replace('"v":1', '"v":2')],
    ['a list', () => '[]'],
    ['no resources', (text) => text.replace('"resources"', '"others"')],
    ['a negative count', (text) => text.replace('"accesses":5', '"accesses":-5')],
    ['a fraction', (text) => text.replace('"bytes":500', '"bytes":0.5')],
    ['too few hours', (text) => text.replace('"hours":[0,', '"hours":[')],
    ['a text for a flag', (text) => text.replace('"tainted":false', '"tainted":"no"')],
    ['sums that no samples have', (text) => text.replace('[0,1,4,16]', '[0,1,400001,160000800001]')],
    ['squares below their sum', (text) => text.replace('[0,1,4,16]', '[0,1,4,3]')],
    ['slices out of order', (text) => text.replace('[0,1,4,16]', '[1,1,4,16],[0,1,4,16]')],
    ['more than one slice can learn', (text) => text.replace('[0,1,4,16]', '[0,50001,4,16]')],
    [
      'too many slices',
      (text) => text.replace('[0,1,4,16]', Array.from({ length: 32 }, (_, i) => `[${i},1,4,16]`).join(',')),
    ],
    ['a resource without a name', (text) => text.replace(`["${hashJson('db:customers/1')}",`, '[7,')],
  ])('with %s cannot be read', (what, spoil) => {
    const profiles: Profiles = noProfiles();
    for (let i = 0; i < 4; i++) observe(profiles, seen(), 0, RULE);
    observe(profiles, seen(), MINUTE, RULE);
    const text = new TextDecoder().decode(encodeProfiles(profiles));
    expect(spoil(text), what).not.toBe(text);
    expect(codeThrownBy(() => decodeProfiles(utf8(spoil(text)), 0, RULE))).toBe('GUARD_ANOMALY_UNREADABLE');
  });
});
