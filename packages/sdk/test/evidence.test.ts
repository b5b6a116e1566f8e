import { type EvidenceSource, type Fact, TtpError } from '@ttp/core';
import { EVIDENCE_TIMEOUT_MS } from '@ttp/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { scene, sources } from './profile.js';
import { closeAll, rig } from './rig.js';

afterEach(closeAll);

const source = (gather: EvidenceSource['gather'], optional?: true): EvidenceSource =>
  optional === undefined ? { name: 'extra', gather } : { name: 'extra', gather, optional };

const run = async (extra: EvidenceSource) => {
  const r = await rig();
  return r.ttp.run(...scene(r, { evidence: sources(r, { extra }) }));
};

describe('evidence', () => {
  it('that a required source cannot give blocks with its code', async () => {
    const lost = source(() => Promise.reject(new TtpError('TEST_OFFLINE', 'no registry')));
    expect(await run(lost)).toMatchObject({ status: 'blocked', code: 'TEST_OFFLINE' });
    const broken = source(() => Promise.reject(new Error('boom')));
    expect(await run(broken)).toMatchObject({ status: 'blocked', code: 'SDK_EVIDENCE_FAILED' });
    const thrown = source(() => {
      throw new TypeError('boom');
    });
    expect(await run(thrown)).toMatchObject({ status: 'blocked', code: 'SDK_EVIDENCE_FAILED' });
  });

  it('that an optional source cannot give is absent, with its code on record', async () => {
    const r = await rig();
    const extra = source(() => Promise.reject(new TtpError('TEST_OFFLINE', 'no registry')), true);
    const outcome = await r.ttp.run(...scene(r, { evidence: sources(r, { extra }) }));
    expect(outcome.status).toBe('done');
    expect(await r.ttp.exportBundle()).toContain('TEST_OFFLINE');
  });

  it.each([
    ['no time', { value: 1, at: NaN, validFor: 1 }],
    ['a life without end', { value: 1, at: 1, validFor: Infinity }],
    ['no JSON', { value: new Map(), at: 1, validFor: 1 }],
    ['nothing', undefined],
  ])('with %s is malformed and blocks', async (_, fact) => {
    const bad = source(() => Promise.resolve(fact as Fact));
    expect(await run(bad)).toMatchObject({ status: 'blocked', code: 'SDK_EVIDENCE_MALFORMED' });
  });

  it('that never comes blocks after the time limit', async () => {
    const r = await rig();
    const extra = source(() => new Promise(() => undefined));
    const outcome = r.ttp.run(...scene(r, { evidence: sources(r, { extra }) }));
    await r.clock.advance(EVIDENCE_TIMEOUT_MS);
    expect(await outcome).toMatchObject({ status: 'blocked', code: 'SDK_EVIDENCE_TIMEOUT' });
  });

  it('that never comes from an optional source is absent after the time limit', async () => {
    const r = await rig();
    const extra = source(() => new Promise(() => undefined), true);
    const outcome = r.ttp.run(...scene(r, { evidence: sources(r, { extra }) }));
    await r.clock.advance(EVIDENCE_TIMEOUT_MS);
    expect((await outcome).status).toBe('done');
    expect(await r.ttp.exportBundle()).toContain('SDK_EVIDENCE_TIMEOUT');
  });

  it('of two sources of one name blocks', async () => {
    const r = await rig();
    const twice = [...sources(r), ...sources(r)];
    expect(await r.ttp.run(...scene(r, { evidence: twice }))).toMatchObject({ code: 'SDK_EVIDENCE_CLASH' });
  });

  it('of an unverified identity permits nothing', async () => {
    const r = await rig();
    const identity = {
      name: 'identity',
      gather: async () => ({ value: { verified: false, method: 'none' }, at: r.clock.now(), validFor: 1000 }),
    };
    const outcome = await r.ttp.run(...scene(r, { evidence: sources(r, { identity }) }));
    expect(outcome).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
  });

  it('can only make the decision stricter by its absence', async () => {
    const r = await rig();
    const all = sources(r);
    for (const missing of all) {
      const evidence = all.filter((one) => one !== missing);
      const outcome = await r.ttp.run(...scene(r, { evidence }));
      const before = await r.ttp.run(...scene(r));
      const strict = { done: 0, blocked: 1, failed: 1, withheld: 1 } as const;
      expect(strict[outcome.status]).toBeGreaterThanOrEqual(strict[before.status]);
      if (outcome.decision !== undefined && before.decision !== undefined)
        expect(outcome.decision.risk.score).toBeGreaterThanOrEqual(before.decision.risk.score);
    }
  });

  it('that grew old while a hold waited is gathered again', async () => {
    let gathered = 0;
    const slow = {
      kind: 'slow',
      order: 40,
      check: () => undefined,
      hold: async () => {
        await r.clock.advance(120_000);
        return { settle: async () => undefined, release: async () => undefined };
      },
    };
    const r = await rig({ handlers: [slow] });
    const extra = source(async () => {
      gathered++;
      return { value: gathered, at: r.clock.now(), validFor: 60_000 };
    });
    const outcome = await r.ttp.run(...scene(r, { obligations: ['slow'], evidence: sources(r, { extra }) }));
    expect(outcome.status).toBe('done');
    expect(gathered).toBe(2);
  });

  it('that became worse while a hold waited blocks: what was held does not cover it', async () => {
    const slow = {
      kind: 'slow',
      order: 40,
      check: () => undefined,
      hold: async () => {
        await r.clock.advance(120_000);
        return { settle: async () => undefined, release: async () => undefined };
      },
    };
    const r = await rig({ handlers: [slow] });
    let risk = 0;
    const fraud = {
      name: 'fraud',
      gather: async () => {
        const value = { risk, signals: [] };
        risk = 3000;
        return { value, at: r.clock.now(), validFor: 60_000 };
      },
    };
    const outcome = await r.ttp.run(...scene(r, { obligations: ['slow'], evidence: sources(r, { fraud }) }));
    expect(outcome).toMatchObject({ status: 'blocked', code: 'SDK_DECISION_STALE' });
  });
});
