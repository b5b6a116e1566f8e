import { type Hold, type ObligationHandler, TtpError } from '@ttp/core';
import { proves, seededRandom } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scene } from './profile.js';
import { closeAll, rig } from './rig.js';

afterEach(closeAll);

type Point = 'check' | 'hold' | 'after' | 'settle' | 'release';

/** A handler that writes down what is called on it, and fails where it is told to. */
function spy(kind: string, order: number, log: string[], fails: readonly Point[] = []): ObligationHandler {
  const reach = (point: Point): void => {
    log.push(`${kind}.${point}`);
    if (point !== 'check' && fails.includes(point))
      throw new TtpError(`TEST_${point.toUpperCase()}` as 'TEST_X', kind);
  };
  return {
    kind,
    order,
    check: () => {
      reach('check');
      return fails.includes('check') ? 'TEST_CHECK' : undefined;
    },
    hold: async (): Promise<Hold> => {
      reach('hold');
      return { settle: async () => reach('settle'), release: async () => reach('release') };
    },
    after: async (_, value) => {
      reach('after');
      return value;
    },
  };
}

describe('obligations', () => {
  it('block when nobody can fulfil one', async () => {
    proves('spl.verdict.unfulfillable');
    const r = await rig();
    const outcome = await r.ttp.run(...scene(r, { obligations: ['teleport'] }));
    expect(outcome).toMatchObject({ status: 'blocked', code: 'SDK_UNKNOWN_OBLIGATION' });
  });

  it('are all checked before any is held, held in order, settled in reverse', async () => {
    proves('spl.verdict.unfulfillable');
    const log: string[] = [];
    const r = await rig({ handlers: [spy('late', 60, log), spy('early', 10, log)] });
    const outcome = await r.ttp.run(...scene(r, { obligations: ['late', 'early'] }));
    expect(outcome.status).toBe('done');
    expect(log).toEqual([
      'early.check',
      'late.check',
      'early.hold',
      'late.hold',
      'early.after',
      'late.after',
      'late.settle',
      'early.settle',
    ]);
  });

  it('release what was held when a later hold fails, and nothing happens', async () => {
    const log: string[] = [];
    const handlers = [spy('a', 1, log), spy('b', 2, log), spy('c', 3, log, ['hold'])];
    const r = await rig({ handlers });
    let happened = false;
    const perform = async () => (happened = true);
    const outcome = await r.ttp.run(...scene(r, { obligations: ['a', 'b', 'c'], perform }));
    expect(outcome).toMatchObject({ status: 'blocked', code: 'TEST_HOLD' });
    expect(happened).toBe(false);
    expect(log.slice(-2)).toEqual(['b.release', 'a.release']);
  });

  it('withhold the result when one that changes it fails', async () => {
    const log: string[] = [];
    const r = await rig({ handlers: [spy('a', 1, log, ['after'])] });
    const outcome = await r.ttp.run(...scene(r, { obligations: ['a'] }));
    expect(outcome).toMatchObject({ status: 'withheld', code: 'TEST_AFTER' });
    expect(log.at(-1)).toBe('a.settle');
  });

  it('never lose an outcome to a fault while settling', async () => {
    const log: string[] = [];
    const r = await rig({ handlers: [spy('a', 1, log), spy('b', 2, log, ['settle'])] });
    const outcome = await r.ttp.run(...scene(r, { obligations: ['a', 'b'] }));
    expect(outcome).toMatchObject({ status: 'done', value: 'value', auditFault: 'TEST_SETTLE' });
    expect(log.slice(-2)).toEqual(['b.settle', 'a.settle']);
  });

  it('settle or release each hold exactly once, whatever fails', async () => {
    proves('law.P-10');
    const points: readonly Point[] = ['check', 'hold', 'after', 'settle', 'release'];
    const random = seededRandom('faults');
    for (let round = 0; round < 60; round++) {
      const log: string[] = [];
      const kinds = ['a', 'b', 'c'];
      const plan = kinds.map((kind, n) =>
        spy(
          kind,
          n,
          log,
          points.filter(() => random.chance(0.2)),
        ),
      );
      const r = await rig({ handlers: plan });
      const perform = random.chance(0.2) ? () => Promise.reject(new Error('planted')) : async () => 'value';
      const outcome = await r.ttp.run(...scene(r, { obligations: kinds, perform }));
      const ends = log.filter((line) => /\.(?:settle|release)$/.test(line)).map((line) => line.split('.')[0]);
      const failed = plan.length - new Set(ends).size;
      const held = log.filter((line) => line.endsWith('.hold')).length;
      // A hold that threw holds nothing; every other one ended once.
      expect(new Set(ends).size, log.join(' ')).toBe(ends.length);
      expect([held, held - 1]).toContain(ends.length);
      expect(failed).toBeGreaterThanOrEqual(0);
      if (outcome.status === 'done') expect(ends).toHaveLength(held);
      await r.ttp.close();
    }
  });
});
