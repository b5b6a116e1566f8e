import type { Envelope, Operator, Operators } from '@ttp/core';
import { signEnvelope } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, proves, testSigner, withSeed } from '@ttp/testkit';
import {
  applyThresholdChange,
  DEFAULT_THRESHOLDS,
  type JudgedOutcome,
  parseThresholds,
  proposeThresholds,
  signThresholdChange,
  THRESHOLD_WINDOW_MS,
  type ThresholdHistory,
  type Thresholds,
  thresholdHistory,
} from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { NOW } from './cases.js';

const DAY = 86_400_000;
const signer = testSigner(1);
const reviewer = testSigner(2);
const roster: readonly Operator[] = [
  { ...signer, id: 'ada', human: 'ada', level: 3, privileges: ['policy:sign'] },
  { ...reviewer, id: 'bob', human: 'bob', level: 3, privileges: ['review:final', 'intervene:override'] },
];
const operators: Operators = { byKid: async (kid) => roster.find((one) => one.kid === kid) };

const start = thresholdHistory(DEFAULT_THRESHOLDS, NOW - 30 * DAY);
const to = (changes: Partial<Record<keyof Thresholds, number>>): Thresholds =>
  parseThresholds({ ...DEFAULT_THRESHOLDS, ...changes });
const apply = (history: ThresholdHistory, envelope: Envelope, now: number) =>
  applyThresholdChange(history, envelope, { operators, now });
const change = async (
  history: ThresholdHistory,
  thresholds: Thresholds,
  now: number,
  rollback = false,
): Promise<ThresholdHistory> =>
  apply(
    history,
    await signThresholdChange(history, { to: thresholds, reason: 'outcomes', rollback }, signer, now),
    now,
  );

/** Signed by hand: what `signThresholdChange` would not sign. */
const forged = (body: object, by = signer): Promise<Envelope> =>
  signEnvelope({
    type: 'ttp/threshold-change@1',
    head: { iss: by.did, iat: NOW },
    body: { serial: 1, to: { ...DEFAULT_THRESHOLDS }, reason: 'x', ...body },
    signers: [by],
  });

const outcomes = (
  count: number,
  verdict: JudgedOutcome['verdict'],
  risk: number,
  at = NOW,
): JudgedOutcome[] => Array.from({ length: count }, () => ({ at, risk, verdict }));

describe('a change of thresholds', () => {
  it('is signed by an operator, moves at most five percent in seven days, and can be rolled back', async () => {
    proves('tre.threshold-feedback', 'flaw.S13');
    const once = await change(start, to({ high: 5250 }), NOW);
    expect(once.current.high).toBe(5250);
    expect(once.entries.at(-1)).toMatchObject({ at: NOW, by: { operator: 'ada' } });
    // What was used of the window stays used until it has passed.
    expect(await codeRejectedBy(change(once, to({ high: 5251 }), NOW + DAY))).toBe('TRE_CHANGE_TOO_FAR');
    const late = NOW + THRESHOLD_WINDOW_MS;
    expect(await codeRejectedBy(change(once, to({ high: 5251 }), late - 1))).toBe('TRE_CHANGE_TOO_FAR');
    const twice = await change(once, to({ high: 5512 }), late);
    expect(await codeRejectedBy(change(once, to({ high: 5513 }), late))).toBe('TRE_CHANGE_TOO_FAR');
    // Back to where it began, at once, though that is further than a step.
    const back = await change(twice, DEFAULT_THRESHOLDS, late + 1, true);
    expect(back.current).toEqual(DEFAULT_THRESHOLDS);
    expect(back.entries).toHaveLength(4);
    expect(await codeRejectedBy(change(twice, to({ high: 4000 }), late + 1, true))).toBe(
      'TRE_CHANGE_INVALID',
    );
  });

  it('is held to five percent in both directions, for every threshold, also in the envelope', async () => {
    const steps = { low: 25, medium: 125, high: 250, critical: 400, confidence: 300, overridable: 250 };
    for (const [name, step] of Object.entries(steps)) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys above
      const key = name as keyof Thresholds;
      const base = DEFAULT_THRESHOLDS[key];
      expect((await change(start, to({ [key]: base + step }), NOW)).current[key]).toBe(base + step);
      for (const value of [base + step + 1, ...(key === 'confidence' ? [] : [base - step - 1])]) {
        expect(await codeRejectedBy(change(start, to({ [key]: value }), NOW)), `${name} ${value}`).toBe(
          'TRE_CHANGE_TOO_FAR',
        );
        const from = (await signThresholdChange(start, { to: DEFAULT_THRESHOLDS, reason: 'x' }, signer, NOW))
          .body['from'];
        const envelope = await forged({ from, to: { ...DEFAULT_THRESHOLDS, [key]: value } });
        await expect(apply(start, envelope, NOW)).rejects.toMatchObject({
          code: 'TRE_CHANGE_TOO_FAR',
          field: `body.to.${name}`,
        });
      }
    }
  });

  it('never adds up to more than five percent of any value within seven days', () =>
    withSeed('thresholds', 12, async (random) => {
      let history = thresholdHistory(DEFAULT_THRESHOLDS, NOW);
      let now = NOW;
      for (let i = 0; i < 12; i++) {
        now += random.int(3 * DAY);
        const high = history.current.high + random.int(601) - 300;
        if (high < 2600 || high > 6000) continue;
        try {
          history = await change(history, to({ high }), now);
        } catch (error) {
          expect(error).toMatchObject({ code: 'TRE_CHANGE_TOO_FAR' });
        }
      }
      const { entries } = history;
      entries.forEach((entry, i) => {
        const until = entries[i + 1]?.at ?? Number.POSITIVE_INFINITY;
        for (const later of entries.slice(i + 1)) {
          if (later.at - until >= THRESHOLD_WINDOW_MS) continue;
          const moved = Math.abs(later.thresholds.high - entry.thresholds.high);
          expect(moved * 100).toBeLessThanOrEqual(5 * entry.thresholds.high);
        }
      });
    }));

  it('is applied once, in order, by whoever may, and stays within the safe bounds', async () => {
    const signed = await signThresholdChange(start, { to: to({ high: 5100 }), reason: 'x' }, signer, NOW);
    const once = await apply(start, signed, NOW);
    expect(await codeRejectedBy(apply(once, signed, NOW))).toBe('TRE_CHANGE_STALE');
    const back = await change(once, DEFAULT_THRESHOLDS, NOW, true);
    expect(await codeRejectedBy(apply(back, signed, NOW))).toBe('TRE_CHANGE_STALE');
    expect(await codeRejectedBy(apply(start, signed, NOW - 31 * DAY))).toMatch(/^(TRE_CHANGE_STALE|CRYPTO_)/);
    const from = signed.body['from'];
    expect(await codeRejectedBy(apply(start, await forged({ from }, reviewer), NOW))).toBe(
      'CRYPTO_OPERATOR_PRIVILEGE',
    );
    expect(await codeRejectedBy(apply(start, await forged({ from }, testSigner(3)), NOW))).toBe(
      'CRYPTO_OPERATOR_UNKNOWN',
    );
    expect(
      await codeRejectedBy(applyThresholdChange(start, signed, { operators: undefined, now: NOW })),
    ).toBe('TRE_OPERATORS_ABSENT');
    const low = thresholdHistory(to({ confidence: 6000 }), 0);
    expect(codeThrownBy(() => to({ confidence: 5999 }))).toBe('TRE_BAD_THRESHOLDS');
    const unsafe = await forged({ from, to: { ...DEFAULT_THRESHOLDS, confidence: 5999 } });
    expect(await codeRejectedBy(apply(low, unsafe, NOW))).toBe('TRE_BAD_THRESHOLDS');
    for (const body of [
      { from: 'x' },
      { from, serial: 0 },
      { from, serial: '1' },
      { from, to: { high: 5100 } },
      { from, to: null },
      { from, rollback: false },
      { from, reason: ' ' },
      { from, more: 1 },
    ])
      expect(await codeRejectedBy(apply(start, await forged(body), NOW)), JSON.stringify(body)).toBe(
        'TRE_CHANGE_INVALID',
      );
  });
});

describe('a proposal', () => {
  it('raises high where people let nearly every soft denial through', () => {
    proves('tre.threshold-feedback');
    const proposal = proposeThresholds(start, outcomes(20, 'overturned', 5500), NOW);
    expect(proposal).toEqual({
      to: to({ high: 5250 }),
      changes: [{ name: 'high', because: 'overturned', from: 5000, to: 5250, found: 20, among: 20 }],
    });
    expect(DEFAULT_THRESHOLDS.high).toBe(5000); // nothing is in force by it
    const mixed = [...outcomes(19, 'overturned', 5500), ...outcomes(1, 'upheld', 5500)];
    expect(proposeThresholds(start, mixed, NOW)?.changes[0]).toMatchObject({ found: 19, among: 20 });
    for (const few of [
      outcomes(19, 'overturned', 5500),
      [...outcomes(18, 'overturned', 5500), ...outcomes(2, 'upheld', 5500)],
      outcomes(20, 'overturned', 4999),
      outcomes(20, 'overturned', 8000),
      outcomes(20, 'overturned', 5500, NOW - THRESHOLD_WINDOW_MS),
      outcomes(20, 'overturned', 5500, NOW + 1),
      outcomes(50, 'harmless', 2000),
      [],
    ])
      expect(proposeThresholds(start, few, NOW)).toBeUndefined();
  });

  it('lowers medium and high where calls did harm, whatever was overturned besides', () => {
    const some = [...outcomes(100, 'overturned', 5500), ...outcomes(6, 'harmful', 3000)];
    const proposal = proposeThresholds(start, some, NOW);
    expect(proposal?.to).toEqual(to({ medium: 2375, high: 4750 }));
    expect(proposal?.changes.map(({ because, found, among }) => [because, found, among])).toEqual([
      ['harm', 6, 106],
      ['harm', 6, 106],
    ]);
  });

  it('goes as far as may be gone now, and never past the safe bounds', async () => {
    const once = await change(start, to({ high: 5100 }), NOW - DAY);
    const again = proposeThresholds(once, outcomes(20, 'overturned', 5500), NOW);
    expect(again?.to.high).toBe(5250);
    const used = await change(start, to({ high: 5250 }), NOW - DAY);
    expect(proposeThresholds(used, outcomes(20, 'overturned', 5500), NOW)).toBeUndefined();
    const top = thresholdHistory(to({ high: 5900 }), 0);
    expect(proposeThresholds(top, outcomes(20, 'overturned', 6500), NOW)?.to.high).toBe(6000);
    const signed = await change(start, again?.to ?? DEFAULT_THRESHOLDS, NOW);
    expect(signed.current.high).toBe(5250);
  });

  it('cannot be walked further than the safe bounds by outcomes that somebody makes up for years', async () => {
    let history = thresholdHistory(DEFAULT_THRESHOLDS, NOW);
    let now = NOW;
    for (let week = 0; week < 30; week++) {
      now += THRESHOLD_WINDOW_MS;
      const proposal = proposeThresholds(
        history,
        outcomes(20, 'overturned', Math.min(7999, history.current.high + 1), now),
        now,
      );
      if (proposal !== undefined) history = await change(history, proposal.to, now);
    }
    expect(history.current).toEqual(to({ high: 6000 }));
  });

  it('refuses outcomes that are none', () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- on purpose no outcome
    for (const one of [
      { at: -0.5, risk: 1, verdict: 'upheld' },
      { at: NOW, risk: 10_001, verdict: 'upheld' },
      { at: NOW, risk: 1.5, verdict: 'upheld' },
      { at: NOW, risk: 1, verdict: 'fine' },
    ])
      expect(codeThrownBy(() => proposeThresholds(start, [one as JudgedOutcome], NOW))).toBe(
        'TRE_BAD_OUTCOME',
      );
  });
});
