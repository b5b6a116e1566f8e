import { asDid, type Did, type Factor } from '@ttp/core';
import { analyseGaming, type GamingReport, type RatingFact } from '@ttp/score';
import { proves, withSeed } from '@ttp/testkit';
import {
  DEFAULT_THRESHOLDS,
  decide,
  QUARANTINE_RISK_BP,
  RATING_RISK_MAX_BP,
  RATING_RISKS_BP,
  REQUEST_RISKS_BP,
  ratingSignals,
  requestSignals,
  type Signals,
} from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { caseOf, evidence, fact } from './cases.js';

const DAY = 86_400_000;
const START = 100 * DAY;
const did = (name: string): Did => asDid(`did:ttp:agent:${name}`);
const subject = did('subject');

/** Ratings of the subject by accounts of all ages, over a hundred days, of all kinds. */
const varied = (count: number): RatingFact[] =>
  Array.from({ length: count }, (_, i) => ({
    issuer: did(`i${i}`),
    subject,
    rating: 1 + ((i * 7) % 5),
    at: START + i * DAY,
  }));
const born = (count: number): Map<Did, number> =>
  new Map([...Array.from({ length: count }, (_, i) => [did(`i${i}`), i * 2 * DAY] as const), [subject, 0]]);
const analysed = (ratings: readonly RatingFact[], createdAt: ReadonlyMap<Did, number> = born(40)): Signals =>
  ratingSignals(analyseGaming({ ratings, createdAt }), subject);

const decided = (fraud: Signals, anomalies?: Signals) =>
  decide(
    caseOf({
      evidence: evidence({
        fraud: fact({ ...fraud }),
        anomalies: anomalies === undefined ? undefined : fact({ ...anomalies }),
      }),
    }),
  );
const factor = (name: Factor['name'], fraud: Signals, anomalies?: Signals): Factor | undefined =>
  decided(fraud, anomalies).factors.find((one) => one.name === name);

const NOTHING: Signals = { risk: 0, signals: [] };

describe('fraud and collusion', () => {
  it('are no risk with diverse raters and varied patterns, and high with clustered, burst and uniform ratings', () => {
    proves('tre.factor.fraud', 'decision.D22');
    expect(analysed(varied(30))).toEqual(NOTHING);
    expect(factor('fraud', analysed(varied(30)))).toMatchObject({
      risk: 0,
      reason: 'no signal of fraud or collusion; adds 0',
    });

    const created = born(40);
    const clustered = new Map([...created].map(([account, at], i) => [account, i < 20 ? DAY + i : at]));
    const burst = Array.from({ length: 15 }, (_, i) => ({
      issuer: did('i3'),
      subject,
      rating: 3,
      at: START + 200 * DAY + i,
    }));
    const uniform = varied(30).map((one) => ({ ...one, rating: 5 }));
    for (const [name, found] of [
      ['account-clustering', analysed(varied(30), clustered)],
      ['burst', analysed([...varied(30), ...burst])],
      ['perfect-scores', analysed(uniform)],
    ] as const) {
      expect(found.signals, name).toContain(name);
      expect(found.risk, name).toBeGreaterThanOrEqual(DEFAULT_THRESHOLDS.high);
      expect(decided(found), name).toMatchObject({ outcome: 'deny-soft', risk: { level: 'high' } });
      expect(factor('fraud', found)?.reason, name).toContain(name);
    }
  });

  it('are no risk with independent interactions, and high with reciprocal rings', () => {
    proves('tre.factor.collusion');
    expect(analysed(varied(30)).signals).toEqual([]);
    // Five accounts that all rate each other well, of which the subject is one; nobody else rates it.
    const ring = [subject, ...[0, 1, 2, 3, 4, 5].map((i) => did(`i${i}`))];
    const ratings = ring.flatMap((from, i) =>
      ring.flatMap((to, j) =>
        from === to
          ? []
          : [{ issuer: from, subject: to, rating: 4 + ((i + j) % 2), at: START + (i * 9 + j) * DAY }],
      ),
    );
    const found = analysed(ratings);
    expect(found.signals).toContain('reciprocal');
    expect(found.risk).toBeGreaterThanOrEqual(DEFAULT_THRESHOLDS.high);
    expect(decided(found)).toMatchObject({ outcome: 'deny-soft', risk: { level: 'high' } });
  });

  it('never come to a hard denial, and in quarantine always to a human', () => {
    const patterns = Object.keys(RATING_RISKS_BP);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every pattern at once, as no analysis would find it
    const all = patterns.map((pattern) => ({ pattern, subject, found: 1, among: 1, issuers: [] })) as never;
    const verdict = { multiplierBp: 0, flags: [], quarantined: true } as never;
    const everything: GamingReport = { findings: all, verdicts: new Map([[subject, verdict]]) };
    expect(ratingSignals(everything, subject)).toEqual({
      risk: RATING_RISK_MAX_BP,
      signals: patterns.sort(),
    });
    expect(decided(ratingSignals(everything, subject)).outcome).toBe('deny-soft');
    const quiet: GamingReport = { findings: [], verdicts: new Map([[subject, verdict]]) };
    expect(ratingSignals(quiet, subject)).toEqual({ risk: QUARANTINE_RISK_BP, signals: [] });
    expect(ratingSignals(everything, did('other'))).toEqual(NOTHING);
  });
});

describe('anomalies in requests', () => {
  it('are no risk while nothing is out of the ordinary, and high with anomalies of times and volumes', () => {
    proves('tre.factor.behavioral');
    const normal = factor('behavioral', NOTHING, requestSignals([]));
    expect(normal).toMatchObject({
      risk: 5000,
      reason: 'nothing observed yet; nothing out of the ordinary; adds 1000',
    });
    expect(factor('behavioral', NOTHING)?.reason).toBe('nothing observed yet; adds 1000');
    for (const [name, risk] of [
      ['off_hours', 5000],
      ['baseline_deviation', 5000],
      ['bulk_access', 6000],
      ['data_exfiltration', 8000],
    ] as const) {
      expect(requestSignals([name])).toEqual({ risk, signals: [name] });
      expect(requestSignals([name]).risk).toBeGreaterThanOrEqual(DEFAULT_THRESHOLDS.high);
      expect(factor('behavioral', NOTHING, requestSignals([name]))).toMatchObject({ risk });
      expect(factor('behavioral', NOTHING, requestSignals([name]))?.reason).toContain(`anomalies: ${name}`);
    }
    expect(decided(NOTHING, requestSignals(['data_exfiltration'])).risk.score).toBe(2850);
  });

  it('are all the risk of the factor where the answer does not count', () => {
    const stale = { ...fact({ risk: 0, signals: [] }), at: 0 };
    for (const given of [fact(null), fact({ risk: -1, signals: [] }), fact({ risk: 0 }), stale]) {
      const { factors, reasons } = decide(caseOf({ evidence: evidence({ anomalies: given }) }));
      expect(factors.find(({ name }) => name === 'behavioral')).toMatchObject({ risk: 10_000 });
      expect(reasons[0]?.code).toMatch(/^TRE_FACT_(STALE|MALFORMED)$/);
    }
  });
});

describe('signals together', () => {
  it('are worth what each leaves of the rest, in any order, twice the same once', () => {
    expect(requestSignals(['off_hours', 'bulk_access', 'off_hours'])).toEqual({
      risk: 8000,
      signals: ['bulk_access', 'off_hours'],
    });
    expect(requestSignals(['off_hours', 'toString'])).toEqual({
      risk: 10_000,
      signals: ['off_hours', 'toString'],
    });
  });

  it('never are worth less with one more', () =>
    withSeed('signals', 300, (random) => {
      const names = Object.keys(REQUEST_RISKS_BP).filter(() => random.chance(0.5));
      const more = random.pick([...Object.keys(REQUEST_RISKS_BP), 'unknown']);
      const before = requestSignals(names);
      expect(requestSignals(random.shuffle([...names, more])).risk).toBeGreaterThanOrEqual(before.risk);
      expect(requestSignals(random.shuffle(names))).toEqual(before);
    }));
});
