import { codeThrownBy, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { COUNTERS, type Counts, counted, NO_COUNTS, WINDOWS } from '../../src/anomaly/counts.js';
import { ANOMALIES, type Anomaly } from '../../src/anomaly/detectors.js';
import { LiveCounts, type Totals } from '../../src/anomaly/live.js';
import { Pending } from '../../src/anomaly/pending.js';
import {
  type AnomalyState,
  decodeState,
  encodeState,
  NO_STATE,
  type Step,
  standing,
  stepped,
} from '../../src/anomaly/state.js';
import { ANOMALY_HOLD_MS } from '../../src/limits.js';
import { advanced, totalOf } from '../../src/window/tally.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Steps in order of time. */
function drawn(count: number, seed: string): readonly Step[] {
  const random = seededRandom(seed);
  let now = 0;
  return Array.from({ length: count }, () => {
    now += random.int(400);
    const counter = COUNTERS[random.int(COUNTERS.length)] ?? 'attempts';
    const anomaly = ANOMALIES[random.int(ANOMALIES.length)] ?? 'bulk_access';
    return {
      now,
      additions: [[counter, random.int(5)] as const],
      found: random.int(20) === 0 ? [anomaly] : [],
    };
  });
}

const totals = ({ counts, now }: AnomalyState): Totals => new LiveCounts(counts).totals(now);

describe('the state', () => {
  it('holds an alarm for its time, prolongs it by what is found again, and never shortens it', () => {
    let state = stepped(NO_STATE, { now: 1000, found: ['bulk_access'] });
    expect(standing(state, 1000 + ANOMALY_HOLD_MS - 1)).toEqual(['bulk_access']);
    expect(standing(state, 1000 + ANOMALY_HOLD_MS)).toEqual([]);
    state = stepped(state, { now: 2000, found: ['bulk_access', 'off_hours'] });
    state = stepped(state, { now: 500, found: ['bulk_access'] });
    state = stepped(state, { now: 3000, additions: [['attempts', 1]] });
    expect(standing(state, 1999 + ANOMALY_HOLD_MS)).toEqual(['bulk_access', 'off_hours']);
    expect(standing(state, 2000 + ANOMALY_HOLD_MS)).toEqual([]);
  });

  it('comes back from a store as it was', () => {
    for (let run = 0; run < 20; run++) {
      const state = drawn(300, `state ${run}`).reduce(stepped, NO_STATE);
      expect(decodeState(encodeState(state))).toEqual(state);
    }
    expect(decodeState(undefined)).toEqual(NO_STATE);
  });

  it('can be read again however much was counted', () => {
    const bytes = 1_000_000_000_000;
    const pending = new Pending();
    for (let i = 0; i < 10_000; i++) pending.add({ now: 1, additions: [['bytes', bytes]] });
    const once = pending.list().reduce(stepped, NO_STATE);
    for (const state of [once, stepped(once, { now: 1, additions: [['bytes', bytes]] })])
      expect(totals(decodeState(encodeState(state))).bytes).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"v":1}',
    '{"v":2,"now":0,"counts":{},"alarms":{}}',
    '{"v":1,"now":-1,"counts":{},"alarms":{}}',
    '{"v":1,"now":0,"counts":[],"alarms":{}}',
    '{"v":1,"now":0,"counts":{},"alarms":{}}',
  ])('is not %s', (text) => {
    expect(codeThrownBy(() => decodeState(utf8(text)))).toBe('GUARD_ANOMALY_UNREADABLE');
  });

  it.each<[string, (text: string) => string]>([
    ['an unknown alarm', (text) => text.replace('"bulk_access"', '"nothing"')],
    ['an alarm until a text', (text) => text.replace('"bulk_access":300001', '"bulk_access":"later"')],
    ['alarms in a list', (text) => text.replace(/"alarms":\{[^}]*\}/, '"alarms":[]')],
    ['a counter without slices', (text) => text.replace('"slices"', '"parts"')],
    ['units that are none', (text) => text.replace('[[0,1]]', '[[0,-1]]')],
    ['no time', (text) => text.replace(/,"now":1/, '')],
  ])('with %s cannot be read', (what, spoil) => {
    const state = stepped(NO_STATE, { now: 1, additions: [['bytes', 1]], found: ['bulk_access'] });
    const text = new TextDecoder().decode(encodeState(state));
    expect(spoil(text), what).not.toBe(text);
    expect(codeThrownBy(() => decodeState(utf8(spoil(text))))).toBe('GUARD_ANOMALY_UNREADABLE');
  });
});

describe('counts in memory', () => {
  it('are those of the record, whatever was added when', () => {
    const random = seededRandom('live');
    for (let run = 0; run < 30; run++) {
      let counts: Counts = NO_COUNTS;
      let live = new LiveCounts(counts);
      let now = random.int(2) === 0 ? 0 : 1_000_000_000;
      for (let i = 0; i < 300; i++) {
        now += random.int([200, 3000, 70_000, 400_000][run % 4] ?? 1);
        const additions = [[COUNTERS[random.int(COUNTERS.length)] ?? 'bytes', random.int(1000)] as const];
        counts = counted(counts, additions, now);
        live.add(additions, now);
        if (random.int(50) === 0) live = new LiveCounts(counts);
        for (const counter of COUNTERS)
          expect(live.totalAt(counter, now)).toBe(totalOf(advanced(counts[counter], WINDOWS[counter], now)));
      }
    }
  });

  it('go on from a record that was written later than now', () => {
    const counts = counted(NO_COUNTS, [['bytes', 7]], 100_000);
    const live = new LiveCounts(counts);
    live.add([['bytes', 1]], 5);
    expect([
      live.totalAt('bytes', 5),
      live.totalAt('bytes', 160_499),
      live.totalAt('bytes', 160_500),
    ]).toEqual([8, 8, 0]);
  });
});

describe('steps that wait to be written', () => {
  it('come to the same counts and alarms as if each had been written', () => {
    for (let run = 0; run < 30; run++) {
      const steps = drawn(200, `pending ${run}`);
      const pending = new Pending();
      for (const step of steps) pending.add(step);
      const [one, other] = [steps.reduce(stepped, NO_STATE), pending.list().reduce(stepped, NO_STATE)];
      expect(totals(other)).toEqual(totals(one));
      expect(other.now).toBe(one.now);
      for (const anomaly of ANOMALIES)
        expect(other.alarms[anomaly] ?? 0).toBeGreaterThanOrEqual(one.alarms[anomaly] ?? 0);
    }
  });

  it('stay few however long they wait, and what is dropped has no effect any more', () => {
    const pending = new Pending();
    const last: readonly Anomaly[] = ['off_hours'];
    for (let i = 0; i < 5000; i++)
      pending.add({ now: i * 500, additions: [['denials', 1]], found: i === 4999 ? last : [] });
    const steps = pending.list();
    expect(steps).toHaveLength(1200);
    const state = steps.reduce(stepped, NO_STATE);
    expect(totals(state)).toEqual({ attempts: 0, accesses: 0, bytes: 0, ended: 0, failed: 0, denials: 605 });
    expect(standing(state, 4999 * 500)).toEqual(['off_hours']);
  });

  it('are taken back together with those that came meanwhile', () => {
    const [first, second] = [new Pending(), new Pending()];
    first.add({ now: 10, additions: [['attempts', 2]] });
    second.add({ now: 20, additions: [['attempts', 3]], found: ['off_hours'] });
    second.putBack(first);
    expect(second.list()).toEqual([{ now: 20, additions: [['attempts', 5]], found: ['off_hours'] }]);
    expect([second.isEmpty(), new Pending().isEmpty()]).toEqual([false, true]);
  });
});
