import type { EvidenceSource, Fetch, Json, JsonObject, Notification } from '@ttp/core';
import { NO_BEHAVIOR, trustReport } from '@ttp/score';
import { createTtp, type TtpOptions, webhookNotifier } from '@ttp/sdk';
import { layerPolicies, loadPolicy, type Policy } from '@ttp/spl';
import { codeRejectedBy, fakeClock, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { behaviorSettings } from '../src/behavior/settings.js';
import { scene } from './profile.js';
import { CALL_MAP, closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

const findings = (r: Rig): readonly JsonObject[] =>
  r.entries.flatMap(({ type, data }) => (type === 'finding-raised' ? [data] : []));

async function reads(r: Rig, times: number): Promise<readonly string[]> {
  const ended: string[] = [];
  for (let i = 0; i < times; i++) {
    const outcome = await r.read(`data/${i}`);
    ended.push(outcome.status === 'blocked' ? outcome.code : outcome.status);
  }
  return ended;
}

/** More than 30 of 100 calls that fail, and not so many that the breaker of the tool opens. */
async function fail(r: Rig): Promise<void> {
  await reads(r, 6);
  for (let i = 0; i < 4; i++)
    await r.ttp.a2t({ tool: 'read_file', input: { path: 'data/x' } }, () => Promise.reject(new Error('no')));
}

/** Of an agent that may see what is confidential. */
const TRUSTED: Json = {
  ...trustReport({
    identityVerified: true,
    killed: false,
    revoked: false,
    attestations: [],
    behavior: NO_BEHAVIOR,
    securityEvents: [],
  }),
  identityBp: 4000,
  identityScore: 40,
  reputationBp: 3000,
  reputationScore: 30,
  behavioralBp: 2000,
  behavioralScore: 20,
  totalBp: 9000,
  totalScore: 90,
  capBp: 10_000,
  access: 'full',
  stage: 'established',
  independentClusters: 3,
};

/** The policy of the rig as a layer, with this block or without one. */
const layer = (anomalyDetection?: JsonObject): Policy =>
  loadPolicy({ ...POLICY, ...(anomalyDetection === undefined ? {} : { anomalyDetection }) });

describe('responses to anomalies', () => {
  const MAP: JsonObject = {
    ...CALL_MAP,
    tools: {
      read_file: {
        action: 'read',
        resource: { scheme: 'file', path: 'input.path' },
        attributes: { dataClassification: 'restricted' },
      },
    },
  };
  const KEYS = 'data/keys/1';
  const escalate = async (r: Rig): Promise<void> => {
    for (let i = 0; i < 3; i++) await r.read(KEYS);
  };
  const opened = (
    responses: NonNullable<TtpOptions['anomalies']>['responses'],
    more: Partial<TtpOptions> = {},
  ): Promise<Rig> => rig({ callMap: MAP, anomalies: { responses: responses ?? {} }, ...more });

  it('suspend for a time, over a restart, and no longer', async () => {
    proves('guard.anomaly.responses');
    const anomalies = { responses: { privilege_escalation: ['suspend'] } } as const;
    const r = await opened(anomalies.responses);
    const before = await r.read('data/1');
    await escalate(r);
    expect(await reads(r, 1)).toEqual(['GUARD_SUSPENDED']);
    expect(await r.ttp.check({ tool: 'read_file', input: { path: 'data/1' } })).toMatchObject({
      wouldPermit: false,
      code: 'GUARD_SUSPENDED',
    });
    const again = await r.restart({ callMap: MAP, anomalies });
    await again.clock.advance(299_000);
    expect(await reads(again, 1)).toEqual(['GUARD_SUSPENDED']);
    await again.clock.advance(5_000);
    expect((await again.read('data/1')).status).toBe(before.status);
  });

  it('log with evidence, and alert a webhook', async () => {
    proves('guard.anomaly.responses');
    const told: unknown[] = [];
    const fetch: Fetch['fetch'] = ({ body }) => {
      told.push(JSON.parse(new TextDecoder().decode(body)));
      return Promise.resolve({ status: 200, headers: {}, body: (async function* () {})() });
    };
    const timer = fakeClock();
    const notifier = webhookNotifier({ url: 'https://siem.example/hook', fetch: { fetch }, timer });
    const r = await opened({ privilege_escalation: ['alert'] }, { notifier });
    await escalate(r);
    await r.read(KEYS);
    await r.clock.advance(1000);
    expect(findings(r)).toEqual([
      {
        code: 'GUARD_ANOMALY_FOUND',
        anomaly: 'privilege_escalation',
        responses: ['log', 'alert'],
        scope: 'agent',
        evidence: { denials: 3, below: 3, windowMs: 300_000 },
      },
    ]);
    expect(told).toEqual([
      {
        subject: 'anomaly: privilege_escalation',
        text: JSON.stringify({ agent: r.ttp.did, scope: 'agent', denials: 3, below: 3, windowMs: 300_000 }),
      },
    ]);
    expect(r.ttp.behavior()?.patterns).toEqual(['privilege_escalation']);
  });

  it('suspend what has begun before its next effect', async () => {
    const r = await rig({ anomalies: { responses: { high_error_rate: ['suspend'] } } });
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const slow = r.ttp.a2t({ tool: 'read_file', input: { path: 'data/x' } }, async (permit) => {
      begin();
      await gate;
      permit.enter();
      return 'more';
    });
    await begun;
    await fail(r);
    open();
    expect(await slow).toMatchObject({ status: 'failed', code: 'GUARD_SUSPENDED' });
  });

  it('throttle to ten requests a minute, for a time', async () => {
    proves('guard.anomaly.responses');
    const r = await rig({ anomalies: { responses: { high_error_rate: ['throttle'] } } });
    await fail(r);
    expect(await reads(r, 12)).toEqual([
      ...Array.from({ length: 10 }, () => 'done'),
      'GUARD_RATE_EXCEEDED',
      'GUARD_RATE_EXCEEDED',
    ]);
    await r.clock.advance(400_000);
    expect(await reads(r, 12)).toEqual(Array.from({ length: 12 }, () => 'done'));
  });

  it('ask a human first, once', async () => {
    proves('guard.anomaly.responses');
    const r = await rig({
      anomalies: { responses: { high_error_rate: ['approve'] } },
      operators: { byKid: () => Promise.resolve(undefined) },
      approvalWaitMs: 0,
    });
    await fail(r);
    expect(await reads(r, 1)).toEqual(['OVERSIGHT_APPROVAL_PENDING']);
    expect(await r.ttp.oversight?.pending()).toMatchObject([
      { terms: { reason: 'unusual behaviour', from: 'anomaly' } },
    ]);
    expect((await r.read('data/payroll/1')).status).toBe('blocked');
    expect(await r.ttp.oversight?.pending()).toHaveLength(2);
    const asked = await r.ttp.check({ tool: 'read_file', input: { path: 'data/payroll/2' } });
    const kinds = asked.wouldPermit ? asked.obligations.map(({ kind }) => kind) : [];
    expect(kinds.filter((kind) => kind === 'approval')).toHaveLength(1);
    const alone = await rig({ anomalies: { responses: { high_error_rate: ['approve'] } }, seed: 'alone' });
    await fail(alone);
    expect(await reads(alone, 1)).toEqual(['SDK_UNKNOWN_OBLIGATION']);
  });

  it("react to what is unusual for the agent as the policy's block says", async () => {
    proves('guard.anomaly.baseline');
    const told: Notification[] = [];
    const notify = (message: Notification): Promise<void> => {
      told.push(message);
      return Promise.resolve();
    };
    const anomalyDetection = {
      baselinePeriod: '30d',
      thresholdDeviation: 3.0,
      actions: ['log', 'alert', 'throttle'],
    };
    const r = await rig({ policy: { ...POLICY, anomalyDetection }, notifier: { notify } });
    for (let minute = 0; minute < 31; minute++) {
      await reads(r, 2);
      await r.clock.advance(60_000);
    }
    expect(await reads(r, 6)).toEqual(Array.from({ length: 6 }, () => 'done'));
    expect(findings(r)).toEqual([]);
    expect(await reads(r, 12)).toEqual([...Array.from({ length: 11 }, () => 'done'), 'GUARD_RATE_EXCEEDED']);
    await r.clock.advance(1000);
    expect(findings(r)).toEqual([
      {
        code: 'GUARD_ANOMALY_FOUND',
        anomaly: 'baseline_deviation',
        responses: ['log', 'alert', 'throttle'],
        scope: 'agent',
        evidence: {
          metric: 'accesses',
          value: 7,
          samples: 31,
          meanMilli: 2000,
          deviationMilli: 1414,
          most: 6,
        },
      },
    ]);
    expect(told.map(({ subject }) => subject)).toEqual(['anomaly: baseline_deviation']);
  });

  it('are only recorded in monitor mode, where what is public goes on', async () => {
    const anomalies = { responses: { bulk_access: ['suspend', 'throttle', 'approve'] } } as const;
    const r = await rig({ anomalies, mode: 'observe' });
    expect(new Set(await reads(r, 103))).toEqual(new Set(['done']));
    await r.clock.advance(1000);
    expect(findings(r)).toMatchObject([
      { anomaly: 'bulk_access', responses: ['log', 'throttle', 'approve', 'suspend'] },
    ]);
  });

  it('look at the clock on the wall of the configured place', async () => {
    proves('guard.anomaly.off-hours');
    const policy: JsonObject = { ...POLICY, defaultEffect: 'allow' };
    const at = async (
      timezone: string,
      offHours?: { from: string; to: string },
      dataClassification = 'confidential',
    ): Promise<unknown> => {
      const anomalies = { timezone, ...(offHours === undefined ? {} : { offHours }) };
      const r = await rig({ policy, seed: timezone, anomalies });
      const [bare, interaction] = scene(r);
      const resource = { dataClassification };
      const facts = { trust: TRUSTED, resource, vouch: { vouched: true } };
      const evidence = Object.entries(facts).map(
        ([name, value]): EvidenceSource => ({
          name,
          gather: () => Promise.resolve({ value, at: r.clock.now(), validFor: 60_000 }),
        }),
      );
      const known = bare.evidence.filter(({ name }) => name !== 'trust');
      const outcome = await r.ttp.run({ ...bare, evidence: [...known, ...evidence] }, interaction);
      expect(outcome.status).toBe('done');
      return r.ttp.behavior()?.patterns;
    };
    // The fake clock begins at 22:13:20 UTC, which is 07:13 in Tokyo and 17:13 in New York.
    expect(await at('UTC')).toEqual(['off_hours']);
    expect(await at('Asia/Tokyo')).toEqual([]);
    expect(await at('America/New_York')).toEqual([]);
    expect(await at('America/New_York', { from: '17:13', to: '17:14' })).toEqual(['off_hours']);
    expect(await at('America/New_York', { from: '17:14', to: '17:13' })).toEqual([]);
    expect(await at('UTC', undefined, 'internal')).toEqual([]);
    // A word that nobody knows is the strictest.
    expect(await at('UTC', undefined, 'classified')).toEqual(['off_hours']);
  });

  it('are what all layers say together: the smallest deviation, the longest period, every action', () => {
    const some = { baselinePeriod: '30d', thresholdDeviation: 2.5, actions: ['log'] };
    const more = { baselinePeriod: '2 months', thresholdDeviation: 4, actions: ['throttle'] };
    const all = layerPolicies([
      { layer: 'agent', policy: layer(some) },
      { layer: 'team', policy: layer(more) },
      { layer: 'organisation', policy: layer() },
    ]);
    const { baseline, responses } = behaviorSettings({ responses: { off_hours: ['suspend'] } }, all);
    expect(baseline).toEqual({ periodMs: 60 * 86_400_000, deviationMilli: 2500 });
    expect(responses.get('bulk_access')).toEqual(['log', 'throttle']);
    expect(responses.get('off_hours')).toEqual(['log', 'suspend']);
    expect(behaviorSettings({}, layer()).baseline).toBeUndefined();
    expect(behaviorSettings({}, layer()).responses.get('bulk_access')).toEqual(['log', 'alert']);
    for (const [thresholdDeviation, milli] of [
      [1e300, 1_000_000_000],
      [1e-300, 1],
      [0.0019, 1],
    ] as const)
      expect(behaviorSettings({}, layer({ ...some, thresholdDeviation })).baseline?.deviationMilli).toBe(
        milli,
      );
  });

  it.each<[string, unknown]>([
    ['an unknown pattern', { responses: { nothing: ['log'] } }],
    ['an unknown response', { responses: { bulk_access: ['shout'] } }],
    ['responses that are no list', { responses: { bulk_access: 'suspend' } }],
    ['a time that is none', { offHours: { from: '24:00', to: '06:00' } }],
    ['a time without minutes', { offHours: { from: '22', to: '06:00' } }],
    ['a time zone that is none', { timezone: 'Mars/Olympus' }],
  ])('refuse %s', async (_what, anomalies) => {
    const r = await rig();
    await r.ttp.close();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const options = { ...r, policy: POLICY, anomalies: anomalies as NonNullable<TtpOptions['anomalies']> };
    expect(await codeRejectedBy(createTtp(options))).toBe('SDK_BAD_ANOMALIES');
  });
});
