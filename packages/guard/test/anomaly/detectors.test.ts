import { CLASSIFICATIONS } from '@ttp/core';
import { proves, type SeededRandom, seededRandom, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { additionsOf, type Counts, counted, NO_COUNTS, type Seen } from '../../src/anomaly/counts.js';
import { ANOMALIES, type Anomaly, detect, OFF_HOURS } from '../../src/anomaly/detectors.js';
import { LiveCounts } from '../../src/anomaly/live.js';
import { type SeenRow, seen } from './seen.js';

/** How much more than in every build; TTP_SOAK says. */
const SOAK =
  typeof globalThis.process === 'undefined' ? 1 : Number(globalThis.process.env['TTP_SOAK'] ?? '1');
const START = 1_000_000_000;
const names = (counts: Counts, last: Seen, now: number): readonly Anomaly[] =>
  detect(new LiveCounts(counts).totals(now), last).map(({ anomaly }) => anomaly);

describe('the five detectors', () => {
  it.each(
    vectors<{ readonly seen: readonly SeenRow[]; readonly expect: readonly Anomaly[] }>('guard/anomaly'),
  )('$name', ({ seen: rows, expect: expected }) => {
    proves('guard.anomaly.bulk', 'guard.anomaly.exfiltration', 'guard.anomaly.errors');
    proves('guard.anomaly.escalation');
    let counts = NO_COUNTS;
    let found: readonly Anomaly[] = [];
    for (const { at = 0, times = 1, hours, ...parts } of rows)
      for (let i = 0; i < times; i++) {
        const one = seen(parts);
        counts = counted(counts, additionsOf(one), START + at);
        found = detect(new LiveCounts(counts).totals(START + at), one, hours).map(({ anomaly }) => anomaly);
      }
    expect(found).toEqual(expected);
  });

  it(
    'are what a count of everything that was seen says, at random',
    () => {
      const random = seededRandom('anomalies');
      const raised = new Map<Anomaly, number>();
      const wrong: string[] = [];
      for (let run = 0; run < 12 * SOAK; run++) {
        const history: { readonly at: number; readonly one: Seen }[] = [];
        const mood = run % 4;
        let counts = NO_COUNTS;
        let now = START;
        for (let i = 0; i < 250; i++) {
          now += random.int(1200);
          const one = drawn(random, mood);
          history.push({ at: now, one });
          counts = counted(counts, additionsOf(one), now);
          const found = names(counts, one, now);
          // A slice is 500 ms of a minute and 2500 ms of five: what lies between is for the slices to say.
          const least = reference(history, now, 60_000, 300_000);
          const most = reference(history, now, 60_500, 302_500);
          for (const anomaly of ANOMALIES) {
            const isFound = found.includes(anomaly);
            if (isFound) raised.set(anomaly, (raised.get(anomaly) ?? 0) + 1);
            if (anomaly === 'high_error_rate') continue; // a share is not monotone: below, with exact slices
            if (!isFound && least.includes(anomaly)) wrong.push(`run ${run}, ${i}: ${anomaly} is missing`);
            if (isFound && !most.includes(anomaly)) wrong.push(`run ${run}, ${i}: ${anomaly} is invented`);
          }
          const bySlice = errors(history, Math.floor(now / 500) * 500 - 60_000);
          if (found.includes('high_error_rate') !== bySlice) wrong.push(`run ${run}, ${i}: errors`);
        }
      }
      expect(wrong).toEqual([]);
      for (const anomaly of ANOMALIES.slice(0, 5)) expect(raised.get(anomaly), anomaly).toBeGreaterThan(0);
    },
    30_000 * SOAK,
  );

  it(
    'are not cleared by anything worse',
    () => {
      const random = seededRandom('worse');
      for (let run = 0; run < 50 * SOAK; run++) {
        let counts = NO_COUNTS;
        let now = START;
        const mood = random.int(4);
        let last = seen();
        for (let i = 0; i < 120; i++) {
          now += random.int(300);
          last = drawn(random, mood);
          counts = counted(counts, additionsOf(last), now);
        }
        const before = names(counts, last, now);
        const worse = seen({
          status: 'failed',
          classification: 'restricted',
          denied: true,
          bytes: random.int(1_000_000),
          minute: 5,
        });
        const after = names(counted(counts, additionsOf(worse), now), worse, now);
        for (const anomaly of before) expect(after).toContain(anomaly);
      }
    },
    30_000 * SOAK,
  );

  it('show the figures they go by', () => {
    const one = seen({ classification: 'restricted', minute: 1400, bytes: 200_000_000 });
    const counts = counted(NO_COUNTS, additionsOf(one), START);
    expect(detect(new LiveCounts(counts).totals(START), one)).toEqual([
      { anomaly: 'off_hours', evidence: { minute: 1400, classification: 'restricted', from: 1320, to: 360 } },
      {
        anomaly: 'data_exfiltration',
        evidence: { bytes: 200_000_000, atMost: 100_000_000, windowMs: 60_000 },
      },
    ]);
  });

  it('say off hours exactly between 22:00 and 06:00, for exactly what is sensitive', () => {
    const nothing = new LiveCounts(NO_COUNTS).totals(START);
    for (const classification of CLASSIFICATIONS)
      for (let minute = 0; minute < 1440; minute++) {
        const isNight = minute >= 22 * 60 || minute < 6 * 60;
        const isSensitive = classification === 'confidential' || classification === 'restricted';
        const found = detect(nothing, seen({ classification, minute }), OFF_HOURS);
        expect(found.length === 1).toBe(isNight && isSensitive);
      }
  });
});

/** What the documents say, counted naively over the last `windowMs`. */
function reference(
  history: readonly { readonly at: number; readonly one: Seen }[],
  now: number,
  windowMs: number,
  denialsMs: number,
): readonly Anomaly[] {
  const recent = history.filter(({ at, one }) => at > now - windowMs && one.status !== 'blocked');
  const found: Anomaly[] = [];
  if (recent.length > 100) found.push('bulk_access');
  const last = history.at(-1)?.one;
  const isNight = last?.minute !== undefined && (last.minute >= 1320 || last.minute < 360);
  const isSensitive = last?.classification === 'confidential' || last?.classification === 'restricted';
  if (isNight && isSensitive && last.status !== 'blocked') found.push('off_hours');
  if (recent.reduce((sum, { one }) => sum + one.bytes, 0) > 100_000_000) found.push('data_exfiltration');
  const denials = history.filter(
    ({ at, one }) => at > now - denialsMs && one.denied && one.classification === 'restricted',
  );
  if (denials.length >= 3) found.push('privilege_escalation');
  return found;
}

/** More than 30 of 100 failed, of at least ten, among what lies in slices that have not left. */
function errors(history: readonly { readonly at: number; readonly one: Seen }[], from: number): boolean {
  const recent = history.filter(({ at, one }) => at >= from && one.status !== 'blocked');
  const failed = recent.filter(({ one }) => one.status === 'failed').length;
  return recent.length >= 10 && failed / recent.length > 0.3;
}

function drawn(random: SeededRandom, mood: number): Seen {
  const status =
    (['done', 'failed', 'withheld', 'blocked'] as const)[random.int([40, 2, 40, 4][mood] ?? 40)] ?? 'done';
  return seen({
    status,
    classification: CLASSIFICATIONS[random.int(4)] ?? 'public',
    denied: status === 'blocked' && random.int(2) === 0,
    bytes: random.int(mood === 2 ? 3_000_000 : 1_000_000),
    minute: random.int(1440),
  });
}
