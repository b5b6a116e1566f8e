import type { JsonObject } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { RECEIPT_DOES_NOT_ASSERT, readReceipt } from '../../src/trace/index.js';
import { bench, event, TRUST } from './fixture.js';

const RESULT = `sha256:${'ab'.repeat(32)}`;

/** The receipt of an interaction with these entries, among others. */
async function receiptOf(
  steps: readonly (readonly [Parameters<typeof event>[0], JsonObject])[],
): Promise<string> {
  const { recorder } = await bench();
  await recorder.record([event('decision-made', { subject: 'another', data: { outcome: 'deny-hard' } })]);
  for (const [type, data] of steps) await recorder.record([event(type, { subject: 'call-1', data })]);
  await recorder.record([event('effect-finished', { subject: 'another', data: { status: 'failed' } })]);
  return recorder.exportBundle({ subject: 'call-1' });
}

describe('a receipt', () => {
  it('says what was decided and what came of it, and what that shows', async () => {
    proves('law.E-5', 'law.E-6');
    const bundle = await receiptOf([
      ['decision-made', { outcome: 'allow', decision: RESULT }],
      ['intent-recorded', {}],
      ['effect-finished', { status: 'done', result: RESULT }],
      ['interaction-settled', { status: 'done' }],
    ]);
    const { report, ...receipt } = readReceipt(bundle, 'call-1', TRUST);
    expect([report.valid, report.entries]).toEqual([true, 4]);
    expect(receipt).toEqual({
      interaction: 'call-1',
      decision: { index: 1n, outcome: 'allow', hash: RESULT },
      outcome: { index: 4n, status: 'done', result: RESULT },
      asserts: ['recorded', 'included', 'writtenAhead', 'unchanged'],
      doesNotAssert: Object.keys(RECEIPT_DOES_NOT_ASSERT),
    });
    expect(receipt.doesNotAssert).toEqual(
      expect.arrayContaining(['truth', 'completeness', 'uniqueness', 'time']),
    );
  });

  it('of a denial asserts no order of effect and intent', async () => {
    const bundle = await receiptOf([
      ['decision-made', { outcome: 'deny-hard' }],
      ['interaction-settled', { status: 'blocked', code: 'SDK_DENIED' }],
    ]);
    expect(readReceipt(bundle, 'call-1', TRUST)).toMatchObject({
      decision: { outcome: 'deny-hard' },
      outcome: { status: 'blocked', code: 'SDK_DENIED' },
      asserts: ['recorded', 'included', 'unchanged'],
    });
  });

  it('of a crash says that the outcome is unknown', async () => {
    const { recorder, reopen } = await bench();
    await recorder.record([event('decision-made', { data: { outcome: 'allow' } }), event('intent-recorded')]);
    const bundle = await (await reopen()).exportBundle({ subject: 'interaction-1' });
    expect(readReceipt(bundle, 'interaction-1', TRUST)).toMatchObject({
      outcome: { index: 2n, status: 'unknown' },
      asserts: ['recorded', 'included', 'writtenAhead', 'unchanged'],
    });
  });

  it('of something else, or that was altered, asserts nothing', async () => {
    const bundle = await receiptOf([['decision-made', { outcome: 'allow' }]]);
    const nothing = { asserts: [], decision: undefined, outcome: undefined };
    const other = readReceipt(bundle, 'call-2', TRUST);
    expect({ decision: undefined, outcome: undefined, ...other }).toMatchObject(nothing);
    const altered = readReceipt(bundle.replace('allow', 'allew'), 'call-1', TRUST);
    expect({ decision: undefined, outcome: undefined, ...altered }).toMatchObject(nothing);
    expect([other.report.valid, altered.report.valid]).toEqual([true, false]);
  });
});
