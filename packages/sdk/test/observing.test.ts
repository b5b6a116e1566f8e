import type { EvidenceSource, JsonObject, ObligationHandler, Operator, Operators } from '@ttp/core';
import { NO_BEHAVIOR, trustReport } from '@ttp/score';
import { createTtp } from '@ttp/sdk';
import { codeRejectedBy, fakeClock, proves, testSigner } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scene, sources } from './profile.js';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

const CARD = '4111 1111 1111 1111';
const AWS_KEY = ['AKIA', 'IOSFODNN7', 'ABCDEFG'].join('');

/** One tool a class of data, on the same files. */
const classified: JsonObject = {
  version: 1,
  tools: Object.fromEntries(
    ['public', 'internal', 'confidential', 'restricted', 'cosmic'].map((dataClassification) => [
      dataClassification,
      {
        action: 'read',
        resource: { scheme: 'file', path: 'input.path' },
        attributes: { dataClassification },
      },
    ]),
  ),
};

const report = (killed: boolean) =>
  trustReport({
    identityVerified: true,
    killed,
    revoked: false,
    attestations: [],
    behavior: NO_BEHAVIOR,
    securityEvents: [],
  });

const { kid, publicKey } = testSigner(1);
const olga: Operator = { id: 'olga', kid, publicKey, human: 'olga', level: 3, privileges: ['review:final'] };
const operators: Operators = { byKid: async (id) => (id === kid ? olga : undefined) };

const observing = (options: Parameters<typeof rig>[0] = {}): Promise<Rig> =>
  rig({ mode: 'observe', ...options });

/** The lines of the log since `from`, by type. */
const linesOf = (r: Rig, type: string): JsonObject[] =>
  r.entries.filter((entry) => entry.type === type).map(({ data }) => data);

const last = (r: Rig, type: string): JsonObject | undefined => linesOf(r, type).at(-1);

describe('the mode of an enforcement point', () => {
  it('is enforce unless the host says observe, and is told', async () => {
    expect((await rig()).ttp.mode).toBe('enforce');
    expect((await observing()).ttp.mode).toBe('observe');
  });

  it.each(['Observe', 'log', '', null, 1])('is refused as %j', async (mode) => {
    const { identity, storage } = await rig();
    const options = { identity, storage, policy: POLICY, ports: { clock: fakeClock() } };
    await closeAll();
    expect(await codeRejectedBy(createTtp({ ...options, mode: mode as never }))).toBe('SDK_BAD_MODE');
  });
});

describe('monitor mode', () => {
  it('records a denial by policy and lets the call go on', async () => {
    const r = await observing();
    const outcome = await r.read('etc/passwd');
    expect(outcome).toMatchObject({
      status: 'done',
      value: 'content',
      decision: { outcome: 'deny-hard', effect: 'deny' },
      observed: { status: 'blocked', code: 'SDK_DENIED' },
    });
    expect(r.effects()).toBe(1);
    expect(last(r, 'decision-made')).toMatchObject({ effect: 'deny', enforced: false });
    expect(last(r, 'interaction-settled')).toMatchObject({
      status: 'done',
      enforced: false,
      would: { status: 'blocked', code: 'SDK_DENIED' },
    });
  });

  it('records a denial by risk and lets the call go on', async () => {
    const r = await observing();
    const fraud = { risk: 9000, signals: ['many'] };
    const source = {
      name: 'fraud',
      gather: async () => ({ value: fraud, at: r.clock.now(), validFor: 60_000 }),
    };
    const [profile, interaction] = scene(r, { perform: async () => 'x' });
    const evidence = [...profile.evidence.filter(({ name }) => name !== 'fraud'), source];
    const outcome = await r.ttp.run({ ...profile, evidence }, interaction);
    expect(outcome).toMatchObject({ status: 'done', observed: { status: 'blocked', code: 'SDK_DENIED' } });
    expect(['high', 'critical']).toContain(outcome.decision?.risk.level);
  });

  it('says so in every line that it writes, and in every outcome that it did not enforce', async () => {
    const r = await observing({ operators });
    await r.ttp.note('finding-raised', 'x', { code: 'X' });
    for (const path of ['data/a', 'etc/passwd', 'data/payroll/may']) {
      const outcome = await r.read(path);
      expect(outcome).toHaveProperty('observed.status');
    }
    r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' });
    await r.read('data/a');
    await r.ttp.close();
    expect(r.entries.length).toBeGreaterThan(15);
    for (const { data } of r.entries) expect(data).toMatchObject({ monitor: true });
    const enforcing = await rig({ seed: 'other' });
    expect(await enforcing.read('data/a')).not.toHaveProperty('observed');
    for (const { data } of enforcing.entries) {
      expect(data).not.toHaveProperty('monitor');
      expect(data).not.toHaveProperty('enforced');
    }
  });

  it.each(['confidential', 'restricted', 'cosmic'])(
    'is refused for %s data: there it enforces',
    async (tool) => {
      proves('flaw.G5');
      const r = await observing({ callMap: classified });
      const call = (name: string) =>
        r.ttp.a2t({ tool: name, input: { path: 'etc/passwd' } }, async () => 'content');
      expect(await call(tool)).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
      expect(await call(tool)).not.toHaveProperty('observed');
      for (const open of ['public', 'internal'])
        expect(await call(open)).toMatchObject({ status: 'done', observed: { code: 'SDK_DENIED' } });
      // The default enforces everywhere, and every line of monitor mode names it.
      const enforcing = await rig({ seed: 'enforcing' });
      expect(await enforcing.read('etc/passwd')).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
      await r.ttp.close();
      expect(r.entries.every(({ data }) => data['monitor'] === true)).toBe(true);
    },
  );

  it('is refused where special kinds of personal data are, and where the registry fails', async () => {
    const pii: JsonObject = {
      version: 1,
      tools: {
        people: {
          action: 'read',
          resource: { scheme: 'file', path: 'input.path' },
          attributes: { 'resource.specialDataTypes': ['pii'] },
        },
      },
    };
    const r = await observing({ callMap: pii });
    const denied = { status: 'blocked', code: 'SDK_DENIED' };
    expect(await r.ttp.a2t({ tool: 'people', input: { path: 'etc/passwd' } }, async () => 'x')).toMatchObject(
      denied,
    );
    const [profile, interaction] = scene(r, { perform: async () => 'x' });
    const silent = {
      name: 'resource',
      optional: true as const,
      gather: () => Promise.reject(new Error('no answer')),
    };
    const evidence = [...profile.evidence.filter(({ name }) => name !== 'resource'), silent];
    const elsewhere = { ...interaction, resource: 'file:etc/passwd' };
    expect(await r.ttp.run({ ...profile, evidence }, elsewhere)).toMatchObject(denied);
  });

  it.each([
    ['that is not verified', { identity: { verified: false, method: 'challenge-response' } }],
    ['that is blocked', { trust: report(true) }],
    ['of whom nobody can tell', { trust: { ...report(false), stage: 'blocked' } }],
  ])('is refused for an agent %s', async (_, facts) => {
    const r = await observing();
    const replaced = Object.fromEntries(
      Object.entries(facts).map(([name, value]): [string, EvidenceSource] => [
        name,
        { name, gather: async () => ({ value, at: r.clock.now(), validFor: 60_000 }) },
      ]),
    );
    const scenario = { evidence: sources(r, replaced), perform: async () => 'x' };
    expect(await r.ttp.run(...scene(r, scenario))).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
  });

  it('never disables kill: before the effect, during it, and after a restart', async () => {
    proves('guard.kill.monitor-mode');
    const r = await observing();
    const during = await r.ttp.a2t({ tool: 'read_file', input: { path: 'etc/x' } }, async (permit) => {
      permit.enter();
      r.ttp.kill(r.ttp.did, { reason: 'security_violation' });
      permit.enter();
      return 'never';
    });
    expect(during).toMatchObject({ status: 'failed', code: 'GUARD_KILLED' });
    expect(await r.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    const again = await r.restart({ mode: 'observe', fresh: true });
    expect(await again.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    expect([r.effects(), again.effects()]).toEqual([0, 0]);
  });

  it('keeps a result from whoever is killed while it is looked at', async () => {
    const slow: ObligationHandler = {
      kind: 'slow',
      order: 1,
      check: () => undefined,
      after: async (_, value) => {
        r.ttp.kill(r.ttp.did, { reason: 'security_violation' });
        return value;
      },
    };
    const r: Rig = await observing({ handlers: [slow] });
    const outcome = await r.ttp.run(...scene(r, { obligations: ['slow'], perform: async () => 'x' }));
    expect(outcome).toMatchObject({ status: 'withheld', code: 'GUARD_KILLED' });
  });

  it('blocks on faults as ever: the clock, the evidence, the storage', async () => {
    const r = await observing();
    const failing = { name: 'pin', gather: () => Promise.reject(new Error('changed')) };
    const call = { tool: 'read_file', input: { path: 'etc/x' } };
    expect(await r.ttp.a2t({ ...call, evidence: [failing] }, async () => 1)).toMatchObject({
      status: 'blocked',
      code: 'SDK_EVIDENCE_FAILED',
    });
    expect(await r.ttp.a2t({ tool: 'read_file', input: {} }, async () => 1)).toMatchObject({
      status: 'blocked',
      code: 'SPL_BAD_CALL',
    });
    r.clock.setWall(r.clock.now() - 3_600_000);
    expect(await r.read('etc/x')).toMatchObject({ status: 'blocked', code: 'CORE_CLOCK_REGRESSED' });
    expect(r.effects()).toBe(0);
  });

  it('lets nothing through that is too large to be scanned, in or out', async () => {
    const r = await observing();
    const large = 'x'.repeat(2_000_000);
    const call = { tool: 'read_file', input: { path: 'etc/x', note: large } };
    expect(await r.ttp.a2t(call, async () => 1)).toMatchObject({ status: 'blocked' });
    expect(await r.read('etc/x', large)).toMatchObject({
      status: 'withheld',
      code: 'GUARD_VALUE_TOO_LARGE',
      observed: { status: 'blocked' },
    });
    expect(
      await r.ttp.a2t({ tool: 'read_file', input: { path: 'data/a' } }, async () => new Map()),
    ).toMatchObject({
      status: 'withheld',
      code: 'GUARD_NOT_JSON',
    });
  });

  it('asks nobody, and records that it would have', async () => {
    const r = await observing({ operators });
    expect(await r.read('data/payroll/may')).toMatchObject({
      status: 'done',
      observed: { status: 'done', asks: true },
    });
    expect(await r.ttp.oversight?.pending()).toEqual([]);
    expect(linesOf(r, 'approval-requested')).toEqual([]);
    expect(last(r, 'interaction-settled')).toMatchObject({ would: { status: 'done', asks: true } });
  });

  it('reserves nothing, and says what nobody here could do', async () => {
    const r = await observing();
    let held = 0;
    const hold = async () => {
      held++;
      return { settle: async () => undefined, release: async () => undefined };
    };
    const budget: ObligationHandler = {
      kind: 'budget',
      order: 1,
      check: () => 'X_BUDGET_SPENT',
      hold,
    };
    const other = await observing({ seed: 'other', handlers: [budget] });
    const act = { perform: async () => 'x' };
    expect(await r.ttp.run(...scene(r, { ...act, obligations: ['unknown'] }))).toMatchObject({
      status: 'done',
      observed: { status: 'blocked', code: 'SDK_UNKNOWN_OBLIGATION' },
    });
    expect(await other.ttp.run(...scene(other, { ...act, obligations: ['budget'] }))).toMatchObject({
      status: 'done',
      observed: { status: 'blocked', code: 'X_BUDGET_SPENT' },
    });
    expect(held).toBe(0);
  });

  it('is blocked by the fault of a check, which is no verdict', async () => {
    const broken: ObligationHandler = {
      kind: 'broken',
      order: 1,
      check: () => {
        throw new Error('broken');
      },
    };
    const r = await observing({ handlers: [broken] });
    expect(await r.ttp.run(...scene(r, { obligations: ['broken'], perform: async () => 'x' }))).toMatchObject(
      {
        status: 'blocked',
        code: 'SDK_OBLIGATION_FAILED',
      },
    );
  });

  it('gives results out as they are, and records what would have been redacted without what it was', async () => {
    const r = await observing();
    const text = `card ${CARD}`;
    const outcome = await r.read('data/a', text);
    expect(outcome).toMatchObject({
      status: 'done',
      value: text,
      observed: { status: 'done', changed: true, found: [expect.any(String)] },
    });
    const finished = last(r, 'effect-finished');
    expect(finished).toMatchObject({ would: { changed: true, found: [expect.any(String)] } });
    // The hash of what is in a small set of values is as good as the value.
    expect(finished).not.toHaveProperty('result');
    expect(JSON.stringify(r.entries.map(({ data }) => data))).not.toContain('4111');
    expect(await r.read('data/b', `key ${AWS_KEY}`)).toMatchObject({
      status: 'done',
      observed: { status: 'withheld', code: 'GUARD_DLP_BLOCKED' },
    });
    await r.read('data/c', 'nothing in it');
    expect(last(r, 'effect-finished')).toHaveProperty('result');
  });

  it('keeps no payload of a call with a secret in it, which goes on', async () => {
    const r = await observing();
    const input = { path: 'data/a', note: AWS_KEY };
    const outcome = await r.ttp.a2t({ tool: 'read_file', input }, async () => 'content');
    expect(outcome).toMatchObject({
      status: 'done',
      observed: { status: 'blocked', code: 'GUARD_DLP_BLOCKED' },
    });
    const bundle = await r.ttp.exportBundle();
    expect(bundle).not.toContain(AWS_KEY);
    expect(last(r, 'evidence-gathered')).not.toHaveProperty('interaction');
    await r.read('data/b');
    expect(last(r, 'evidence-gathered')).toHaveProperty('interaction');
  });

  it('gives no credit for a call that would have been denied', async () => {
    const r = await observing();
    for (let n = 0; n < 30; n++) await r.read('etc/passwd');
    const watched = await r.read('data/a');
    const honest = await rig({ seed: 'honest' });
    for (let n = 0; n < 30; n++) await honest.read('data/a');
    const permitted = await honest.read('data/a');
    const risk = (outcome: typeof watched): number =>
      outcome.decision?.factors.find(({ name }) => name === 'behavioral')?.risk ?? -1;
    expect(risk(watched)).toBeGreaterThan(risk(permitted));
  });

  it('is decided like any other call: the bundle replays to the same bytes', async () => {
    const { replayBundle } = await import('@ttp/sdk');
    const r = await observing();
    await r.read('data/a');
    await r.read('etc/passwd');
    const results = replayBundle(await r.ttp.exportBundle());
    expect(results.map(({ result }) => result)).toEqual(['same', 'same']);
  });

  it('takes the mode from the options alone: what a prototype adds is no option', async () => {
    const r = await rig();
    const polluted: object = Object.prototype;
    Object.assign(polluted, { mode: 'observe' });
    try {
      expect((await r.restart()).ttp.mode).toBe('enforce');
    } finally {
      Reflect.deleteProperty(polluted, 'mode');
    }
  });
});
