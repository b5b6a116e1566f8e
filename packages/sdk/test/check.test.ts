import { type EvidenceSource, type ObligationHandler, type Operators, TtpError } from '@ttp/core';
import { fromMultikey } from '@ttp/crypto';
import { verifyTrace } from '@ttp/etr-merkle/trace';
import { type Check, replayBundle } from '@ttp/sdk';
import { seededRandom } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

const CARD = ['4242', '4242', '4242', '4242'].join(' ');

const checkOf = (r: Rig, path: string, tool = 'read_file'): Promise<Check> =>
  r.ttp.check({ tool, input: { path } });

/** The lines that checks left in the log. */
const linesOf = (r: Rig) => r.entries.filter(({ data }) => data['checked'] === true);

/** What a decision says of a call, without what differs from one call to the next. */
function saidBy(decision: Check['decision']): unknown {
  if (decision === undefined) return undefined;
  const { inputs, at: _, ...said } = decision;
  return { ...said, policy: inputs.policy, thresholds: inputs.thresholds };
}

describe('a check', () => {
  const operators: Operators = { byKid: async () => undefined };
  const paths = ['data/a', 'data/b', 'data/keys/x', 'data/payroll/may', 'etc/passwd', `data/${CARD}`, '../x'];

  it('says what the call that follows it comes to, whatever came before', async () => {
    const random = seededRandom('check');
    const r = await rig();
    for (let n = 0; n < 60; n++) {
      const path = paths[random.int(paths.length)] ?? '';
      const tool = random.int(2) === 0 ? 'read_file' : 'write_file';
      const asked = await checkOf(r, path, tool);
      const { status, ...outcome } = await r.ttp.a2t({ tool, input: { path } }, async () => 'value');
      expect([n, asked.wouldPermit]).toEqual([n, status === 'done']);
      expect(saidBy(asked.decision)).toEqual(saidBy(outcome.decision));
      if (!asked.wouldPermit) expect(outcome).toMatchObject({ code: asked.code });
      await r.clock.advance(random.int(20_000));
    }
  });

  it('names what would be obliged, and neither holds it nor asks anybody', async () => {
    let held = 0;
    const slow: ObligationHandler = {
      kind: 'slow',
      order: 50,
      check: () => undefined,
      hold: async () => {
        held++;
        return { settle: async () => undefined, release: async () => undefined };
      },
    };
    const r = await rig({ operators, handlers: [slow] });
    expect(await checkOf(r, 'data/a')).toMatchObject({
      wouldPermit: true,
      obligations: [{ kind: 'breaker' }, { kind: 'dlp' }],
    });
    const payroll = await checkOf(r, 'data/payroll/may');
    expect(payroll).toMatchObject({ wouldPermit: true, decision: { effect: 'allow_with_approval' } });
    expect(payroll.wouldPermit && payroll.obligations.map(({ kind }) => kind)).toContain('approval');
    expect(await r.ttp.oversight?.pending()).toEqual([]);
    expect([held, r.effects()]).toEqual([0, 0]);
  });

  it('is recorded with the next batch, in lines that say so, and never as an intent', async () => {
    const r = await rig();
    const before = r.appends;
    await checkOf(r, 'data/a');
    await checkOf(r, 'etc/passwd');
    expect(r.appends).toBe(before);
    await r.clock.advance(1000);
    expect(r.appends).toBe(before + 1);
    const lines = linesOf(r);
    expect(lines.map(({ type, data }) => [type, data['code']])).toEqual([
      ['evidence-gathered', undefined],
      ['decision-made', undefined],
      ['interaction-settled', undefined],
      ['evidence-gathered', undefined],
      ['decision-made', undefined],
      ['interaction-settled', 'SDK_DENIED'],
    ]);
    expect(lines.at(-1)?.data['status']).toBe('checked');
    expect(r.entries.map(({ type }) => type)).not.toContain('intent-recorded');
    await r.read('data/a');
    expect(linesOf(r)).toHaveLength(6);
  });

  it('is made again from the log to the same bytes', async () => {
    const r = await rig();
    for (const path of paths) await checkOf(r, path);
    await r.read('data/a');
    const bundle = await r.ttp.exportBundle();
    const key = { origin: r.ttp.did, kid: `${r.ttp.did}#log-1`, publicKey: fromMultikey(r.ttp.logKey) };
    expect(verifyTrace(bundle, { logKeys: [key] }).findings).toEqual([]);
    const results = replayBundle(bundle).map(({ result }) => result);
    // The payloads of the one with a card number in it are not kept.
    expect(results.filter((result) => result === 'absent')).toHaveLength(1);
    expect(results.filter((result) => result === 'same')).toHaveLength(paths.length);
    expect(bundle).not.toContain('4242');
  });

  it('counts for no rate and no score', async () => {
    const r = await rig();
    for (let n = 0; n < 20; n++) await checkOf(r, 'data/a');
    const other = await rig();
    const [checked, unchecked] = [await r.read('data/a'), await other.read('data/a')];
    expect(saidBy(checked.decision)).toEqual(saidBy(unchecked.decision));
  });

  it('meets the rate that the call would meet', async () => {
    const fast = { id: 'fast', effect: 'deny', conditions: { 'request.rate': { gt: 2 } } };
    const rules = Array.isArray(POLICY['rules']) ? [...POLICY['rules'], fast] : [];
    const r = await rig({ policy: { ...POLICY, rules } });
    const said: unknown[] = [];
    for (let n = 0; n < 4; n++) {
      for (let m = 0; m < 3; m++) said.push((await checkOf(r, 'data/a')).wouldPermit);
      said.push((await r.read('data/a')).status);
    }
    const open = [true, true, true, 'done'];
    const shut = [false, false, false, 'blocked'];
    expect(said).toEqual([...open, ...open, ...shut, ...shut]);
  });
});

describe('a check is refused', () => {
  it('for a killed agent, from the same tick on, also while it is made', async () => {
    const r = await rig();
    const late: EvidenceSource = {
      name: 'late',
      gather: async () => {
        r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' });
        return { value: 1, at: r.clock.now(), validFor: 1000 };
      },
    };
    const call = { tool: 'read_file', input: { path: 'data/a' } };
    const meanwhile = await r.ttp.check({ ...call, evidence: [late] });
    expect(meanwhile).toMatchObject({ wouldPermit: false, code: 'GUARD_KILLED' });
    expect(await r.ttp.check(call)).toEqual({ wouldPermit: false, code: 'GUARD_KILLED' });
  });

  it('on a clock that was set back', async () => {
    const r = await rig();
    await r.read('data/a');
    await r.clock.advance(3_600_000);
    expect((await checkOf(r, 'data/a')).wouldPermit).toBe(true);
    r.clock.setWall(r.clock.now() - 3_600_000);
    expect(await checkOf(r, 'data/a')).toMatchObject({ wouldPermit: false, code: 'CORE_CLOCK_REGRESSED' });
  });

  it('where evidence is missing, and for what is no call', async () => {
    const r = await rig();
    const lost: EvidenceSource = {
      name: 'lost',
      gather: () => Promise.reject(new TtpError('TEST_OFFLINE', 'no registry')),
    };
    const call = { tool: 'read_file', input: { path: 'data/a' } };
    expect(await r.ttp.check({ ...call, evidence: [lost] })).toMatchObject({ code: 'TEST_OFFLINE' });
    expect(await r.ttp.check({ tool: 'read_file', input: {} })).toMatchObject({ code: 'SPL_BAD_CALL' });
    expect(await r.ttp.check(undefined as never)).toMatchObject({ code: 'SDK_BAD_CALL' });
    await r.clock.advance(1000);
    expect(linesOf(r).map(({ type, data }) => [type, data['code']])).toEqual([
      ['interaction-settled', 'TEST_OFFLINE'],
      ['interaction-settled', 'SPL_BAD_CALL'],
      ['interaction-settled', 'SDK_BAD_CALL'],
    ]);
  });

  it('where it cannot be recorded, and once the instance was closed', async () => {
    const r = await rig();
    await r.ttp.trace().seal();
    expect(await checkOf(r, 'data/a')).toMatchObject({ wouldPermit: false, code: 'ETR_TRACE_SEALED' });
    await r.ttp.close();
    expect(await checkOf(r, 'data/a')).toEqual({ wouldPermit: false, code: 'SDK_CLOSED' });
  });
});
