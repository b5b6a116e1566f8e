import type { Json, JsonObject } from '@ttp/core';
import { codeThrownBy, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { compileTriggers, durationMs, loadPolicy, localMinutes } from '../src/index.js';
import { sample } from './samples.js';

const RULE = { id: 'r', effect: 'allow', resources: ['a'], actions: ['read'] };

/** The reasons of the triggers of these conditions that hold for some metrics. */
function tripped(conditions: readonly string[], metrics: JsonObject): readonly number[] {
  const triggers = conditions.map((condition) => ({
    condition,
    reason: 'anomaly_detected',
    action: 'kill',
  }));
  const { killTriggers } = loadPolicy({ version: '1.0.0', rules: [RULE], killSwitch: { triggers } });
  const held = compileTriggers(killTriggers)(metrics);
  return held.map((trigger) => killTriggers.indexOf(trigger));
}

describe('compileTriggers', () => {
  it.each([
    ['request.rate > 500', { 'request.rate': 501 }, true],
    ['request.rate > 500', { 'request.rate': 500 }, false],
    ['request.rate >= 500', { 'request.rate': 500 }, true],
    ['request.rate < 1', { 'request.rate': 0 }, true],
    ['error_rate > 0.3', { errorRate: 0.31 }, true],
    ['error_rate > 0.3', { errorRate: 0.3 }, false],
    ['errorRate > 0.3', { error_rate: 0.9 }, false],
    ['trustScore <= 20', { trustScore: 20 }, true],
    ['trustScore <= 20', { trustScore: 20.01 }, false],
    ["detected_pattern == 'data_exfiltration'", { detected_pattern: 'data_exfiltration' }, true],
    ["detected_pattern == 'data_exfiltration'", { detected_pattern: 'bulk_access' }, false],
    ["detected_pattern != 'bulk_access'", { detected_pattern: 'off_hours' }, true],
  ])('%s for %o is %s', (condition, metrics, holds) => {
    expect(tripped([condition], metrics)).toEqual(holds ? [0] : []);
  });

  it.each<[string, Json | undefined]>([
    ['missing', undefined],
    ['null', null],
    ['a text', '501'],
    ['below its range', -1],
    ['not a number', Number.NaN],
    ['infinite', Number.POSITIVE_INFINITY],
    ['a list', [501]],
  ])('trips nothing on a metric that is %s', (_what, value) => {
    const metrics = value === undefined ? {} : { 'request.rate': value };
    for (const sign of ['>', '>=', '<', '<=', '==', '!='])
      expect(tripped([`request.rate ${sign} 5`], metrics)).toEqual([]);
  });

  it('gives all that hold, in their order, and sees no member that an object inherits', () => {
    const conditions = ['request.rate > 1', "detected_pattern == 'x'", 'trustScore < 50', 'errorRate > 0.5'];
    expect(tripped(conditions, { 'request.rate': 2, trustScore: 1, errorRate: 0.5 })).toEqual([0, 2]);
    const inherited: JsonObject = Object.create({ 'request.rate': 9 });
    expect(tripped(conditions, inherited)).toEqual([]);
  });

  it('is what the comparison says, for any numbers', () => {
    const random = seededRandom('triggers');
    const compare: { readonly [sign: string]: (a: number, b: number) => boolean } = {
      '>': (a, b) => a > b,
      '>=': (a, b) => a >= b,
      '<': (a, b) => a < b,
      '<=': (a, b) => a <= b,
      '==': (a, b) => a === b,
      '!=': (a, b) => a !== b,
    };
    for (const [sign, holds] of Object.entries(compare))
      for (let i = 0; i < 50; i++) {
        const [rate, bound] = [random.int(20), random.int(20)];
        const expected = holds(rate, bound) ? [0] : [];
        expect(tripped([`request.rate ${sign} ${bound}`], { 'request.rate': rate })).toEqual(expected);
      }
  });

  it('executes no text: what is no comparison of a known metric does not load', () => {
    proves('flaw.P14');
    const refused: readonly (readonly [string, string])[] = [
      ['rate > 500', 'SPL_UNKNOWN_METRIC'],
      ['request.amount > 500', 'SPL_UNKNOWN_METRIC'],
      ['constructor > 500', 'SPL_UNKNOWN_METRIC'],
      ['request.rate > 500 || true', 'SPL_BAD_TRIGGER'],
      ['process.exit()', 'SPL_BAD_TRIGGER'],
      ['request.rate > `${1}`', 'SPL_BAD_TRIGGER'],
      ["detected_pattern == 'a' == 'b'", 'SPL_BAD_TRIGGER'],
      ['request.rate > 1e3', 'SPL_BAD_TRIGGER'],
      ['', 'SPL_BAD_VALUE'],
    ];
    for (const [condition, code] of refused)
      expect([condition, codeThrownBy(() => tripped([condition], {}))]).toEqual([condition, code]);
  });

  it("reads the documents' sample", () => {
    const triggers = compileTriggers(sample('kill-switch').killTriggers);
    expect(triggers({ 'request.rate': 501 })).toMatchObject([
      { reason: 'rate_limit_exceeded', cooldownMs: 300_000, autoReinstate: true },
    ]);
    expect(triggers({ errorRate: 0.301 })).toMatchObject([
      { reason: 'circuit_breaker_trip', autoReinstate: false },
    ]);
    expect(triggers({ detected_pattern: 'data_exfiltration' })).toMatchObject([
      { reason: 'pattern_threat_detected', requireOperatorApproval: true },
    ]);
  });
});

it.each([
  ['30d', 2_592_000_000],
  ['1s', 1000],
  ['2 minutes', 120_000],
  ['1 m', 60_000],
  ['1 month', 2_592_000_000],
  ['3h', 10_800_000],
  ['2weeks', 1_209_600_000],
  ['7years', 220_752_000_000],
  ['1y', 31_536_000_000],
  ['0d', undefined],
  ['d', undefined],
  ['30', undefined],
  ['30 fortnights', undefined],
  ['-1d', undefined],
])('the duration %s is %s ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

it('tells the minute of the day where the clock hangs', () => {
  const utc = localMinutes('UTC');
  const kathmandu = localMinutes('Asia/Kathmandu');
  expect(utc?.(86_400_000 + 61 * 60_000)).toBe(61);
  expect(kathmandu?.(86_400_000)).toBe(330);
  expect(kathmandu?.(Date.UTC(2026, 10, 21))).toBe(345);
  expect([utc?.(Number.NaN), utc?.(-1)]).toEqual([undefined, undefined]);
  expect(localMinutes('Mars/Olympus')).toBeUndefined();
});
