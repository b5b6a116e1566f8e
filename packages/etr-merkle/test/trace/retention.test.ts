import type { Classification, TraceId } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { verifyTrace } from '../../src/trace/index.js';
import { POINT } from '../fixture.js';
import { bench, entriesOf, event, NOW, TRUST, traceOf } from './fixture.js';
import { DESK, OTHER, PERSON } from './life-bench.js';

const DAY = 86_400_000;
const STANDARD = traceOf(1);
const STRICT = traceOf(2);

/** Payloads by class and subject, in a trace in standard mode and one that is append-only. */
async function rig() {
  const at = await bench();
  const { recorder } = at;
  await recorder.life.setMode(STANDARD, 'standard', { agent: POINT, trace: STANDARD });
  const add = async (
    trace: TraceId,
    value: string,
    dataClass?: Classification,
    subject = PERSON,
    when = NOW,
  ) => {
    const payload = recorder.payload(subject, value, dataClass);
    const data = { interaction: payload.hash };
    await recorder.record([event('decision-made', { trace, at: when, data })], [payload]);
    return payload.hash;
  };
  return { ...at, add };
}

describe('retention', () => {
  it('goes by data class and subject, and the first rule that is for a payload', async () => {
    proves('decision.D30');
    const { recorder, add } = await rig();
    const restricted = await add(STANDARD, 'a', 'restricted');
    const other = await add(STANDARD, 'b', 'restricted', OTHER);
    const open = await add(STANDARD, 'c', 'public');
    const none = await add(STANDARD, 'd');
    const rules = [
      { dataClass: 'restricted', subject: OTHER, keepMs: 90 * DAY },
      { dataClass: 'restricted', keepMs: 30 * DAY },
      { dataClass: 'public', keepMs: 60 * DAY },
    ] as const;
    const due = async (now: number) => (await recorder.life.due(rules, now)).map(({ hash }) => hash);
    expect(await due(NOW + 30 * DAY - 1)).toEqual([]);
    expect(await due(NOW + 30 * DAY)).toEqual([restricted]);
    expect(await due(NOW + 60 * DAY)).toEqual([restricted, open]);
    expect(await due(NOW + 900 * DAY)).toEqual([restricted, other, open]);
    expect(await recorder.read(none)).toBe('d');
    expect((await recorder.life.due([{ keepMs: 0 }], NOW)).map(({ hash }) => hash)).toContain(none);
  });

  it('deletes what it may, says so in the log, and names the rest', async () => {
    proves('decision.D30');
    const { recorder, add } = await rig();
    const gone = await add(STANDARD, 'a', 'internal');
    const stays = await add(STRICT, 'b', 'internal');
    const terms = await recorder.life.retain([{ dataClass: 'internal', keepMs: DAY }], NOW + DAY, DESK);
    expect(terms).toEqual([
      { hash: gone, traces: [STANDARD], since: NOW + DAY, action: 'delete' },
      { hash: stays, traces: [STRICT], since: NOW + DAY, action: 'archive' },
    ]);
    expect([await recorder.read(gone), await recorder.read(stays)]).toEqual([undefined, 'b']);
    const [entry, ...more] = await entriesOf(recorder, { types: ['payload-deleted'] });
    expect([entry?.subject, entry?.data, more]).toEqual([STANDARD, { hashes: [gone], retention: true }, []]);
    expect(verifyTrace(await recorder.exportBundle(), TRUST).findings).toEqual([]);
    expect(
      await recorder.life.retain([{ dataClass: 'internal', keepMs: DAY }], NOW + DAY, DESK),
    ).toHaveLength(1);
  });

  it('counts from the last entry that commits to a payload, in whatever trace', async () => {
    const { recorder } = await rig();
    const payload = recorder.payload(PERSON, 'shared', 'internal');
    const data = { interaction: payload.hash };
    await recorder.record([event('decision-made', { trace: STANDARD, data })], [payload]);
    await recorder.record([event('decision-made', { trace: STRICT, at: NOW + 5 * DAY, data })]);
    const rules = [{ keepMs: DAY }];
    expect(await recorder.life.due(rules, NOW + 6 * DAY - 1)).toEqual([]);
    expect(await recorder.life.due(rules, NOW + 6 * DAY)).toEqual([
      { hash: payload.hash, traces: [STANDARD, STRICT], since: NOW + 6 * DAY, action: 'archive' },
    ]);
  });
});
