import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { verifyTrace } from '../../src/trace/index.js';
import { entriesOf, NOW, TRUST, traceOf } from './fixture.js';
import { DESK, keep, lifeBench, OTHER, PERSON } from './life-bench.js';

const nowhere = () => Promise.resolve();

describe('a legal hold', () => {
  it.each(['trace', 'subject'] as const)('on a %s keeps all of it until it is lifted', async (what) => {
    proves('decision.D30');
    const { recorder, trace, mine } = await lifeBench('standard', false);
    const { life } = recorder;
    const placed = await life.hold(what === 'trace' ? { trace } : { subject: PERSON }, 'case 7', DESK);
    const id = placed?.id ?? '';
    const replacing = () => life.supersede(trace, mine, recorder.payload(PERSON, 'other'), DESK);
    expect(await codeRejectedBy(replacing())).toBe('ETR_HELD');
    expect(await codeRejectedBy(life.delete(trace, DESK))).toBe('ETR_HELD');
    expect(await codeRejectedBy(recorder.erase(PERSON, DESK))).toBe('ETR_HELD');
    const term = (await life.retain([{ keepMs: 0 }], NOW + 1, DESK)).find(({ hash }) => hash === mine);
    expect(term?.action).toBe('held');
    await recorder.seal(trace);
    expect(await codeRejectedBy(life.archive(trace, nowhere, DESK))).toBe('ETR_HELD');
    expect(await recorder.read(mine)).toBe('mine');

    await life.release(id, DESK);
    expect(await life.holds()).toEqual([]);
    await life.delete(trace, DESK);
    expect(await recorder.erase(PERSON, DESK)).toBeDefined();
    expect(await recorder.read(mine)).toBeUndefined();
  });

  it('on one leaves others alone', async () => {
    const { recorder } = await lifeBench('append-only');
    await keep({ recorder }, traceOf(2), 'elsewhere');
    await recorder.life.hold({ trace: traceOf(2) }, 'case 7', DESK);
    expect(await recorder.erase(OTHER, DESK)).toBeDefined();
    expect(await codeRejectedBy(recorder.erase(PERSON, DESK))).toBe('ETR_HELD');
  });

  it('keeps the subjects of an archived trace too', async () => {
    const { recorder, trace } = await lifeBench('append-only');
    await recorder.life.archive(trace, nowhere, DESK);
    await recorder.life.hold({ trace }, 'case 7', DESK);
    expect(await codeRejectedBy(recorder.erase(PERSON, DESK))).toBe('ETR_HELD');
  });

  it('is in the log, and does not say who is held', async () => {
    const { recorder, reopen } = await lifeBench('append-only', false);
    const placed = await recorder.life.hold({ subject: PERSON }, 'case 7', DESK);
    await recorder.life.release(placed?.id ?? '', DESK);
    const entries = await entriesOf(recorder, { types: ['hold-placed', 'hold-released'] });
    expect(entries.map(({ type, data }) => [type, data])).toEqual([
      ['hold-placed', { hold: placed?.id, reference: 'case 7' }],
      ['hold-released', { hold: placed?.id }],
    ]);
    expect(entries[0]?.subject).toMatch(/^key:[0-9a-f]{32}$/);
    expect(placed?.receipt.index).toBe(entries[0]?.index);
    expect(verifyTrace(await (await reopen()).exportBundle(), TRUST).findings).toEqual([]);
  });

  it('is refused where it is for nothing, and lifted once', async () => {
    const { recorder, trace } = await lifeBench('append-only', false);
    const { life } = recorder;
    expect(await codeRejectedBy(life.hold({ trace }, '', DESK))).toBe('ETR_BAD_EVENT');
    expect(await codeRejectedBy(life.hold({ trace }, 'x'.repeat(129), DESK))).toBe('ETR_BAD_EVENT');
    await recorder.erase(PERSON, DESK);
    expect(await life.hold({ subject: PERSON }, 'case 7', DESK)).toBeUndefined();
    expect(await codeRejectedBy(life.release('00'.repeat(16), DESK))).toBe('ETR_HOLD_UNKNOWN');
  });

  it('that is damaged in the store lets nothing go', async () => {
    const { recorder, trace, storage } = await lifeBench('standard', false);
    for (const damaged of ['{}', '{"trace":"x"}', 'no JSON']) {
      await storage.store.put('etr/hold/00', new TextEncoder().encode(damaged));
      expect(await codeRejectedBy(recorder.life.delete(trace, DESK))).toBe('ETR_LIFE_UNREADABLE');
      expect(await codeRejectedBy(recorder.erase(PERSON, DESK))).toBe('ETR_LIFE_UNREADABLE');
    }
  });
});
