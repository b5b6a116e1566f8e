import { memory } from '@ttp/adapters/memory';
import type { JsonObject, Outcome } from '@ttp/core';
import { bucketPerMinute, circuitBreaker, memoryRates, STAGE_RATES, toolBreakers } from '@ttp/guard';
import { NO_BEHAVIOR, trustReport } from '@ttp/score';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scene, sources } from './profile.js';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

const LIMITED: JsonObject = { ...POLICY, offers: { rateLimit: { requests: 3, windowMs: 60_000 } } };

/** A read that ends as told, after so long. */
const read = (r: Rig, end: '+' | '-' = '+', ms = 1, tool = 'read_file'): Promise<Outcome<unknown>> =>
  r.ttp.a2t({ tool, action: 'read', resource: 'file:data/a', input: { path: 'data/a' } }, async () => {
    await r.clock.advance(ms);
    if (end === '-') throw new Error('tool');
    return 'text';
  });

const endOf = (outcome: Outcome<unknown>): string => (outcome.status === 'done' ? 'done' : outcome.code);

async function ends(r: Rig, wanted: string, ms = 1): Promise<readonly string[]> {
  const list: string[] = [];
  for (const end of wanted) list.push(endOf(await read(r, end === '+' ? '+' : '-', ms)));
  return list;
}

describe('rates', () => {
  it("of the policy's offers limit the agent, in all its processes and after a restart", async () => {
    proves('guard.rate.policy');
    const r = await rig({ policy: LIMITED });
    expect(await ends(r, '++')).toEqual(['done', 'done']);
    // What the policy denies is no use of the rate.
    expect((await r.read('data/keys/k')).status).toBe('blocked');
    const again = await r.restart({ policy: LIMITED });
    expect(await ends(again, '+++')).toEqual(['done', 'GUARD_RATE_EXCEEDED', 'GUARD_RATE_EXCEEDED']);
    await r.clock.advance(59_996);
    expect(await ends(again, '+')).toEqual(['GUARD_RATE_EXCEEDED']);
    await r.clock.advance(3);
    expect(await ends(again, '+')).toEqual(['done']);
  });

  it('hold for calls that come at once', async () => {
    const r = await rig({ policy: LIMITED });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => r.read('data/a')));
    expect(outcomes.filter(({ status }) => status === 'done')).toHaveLength(3);
    expect(r.effects()).toBe(3);
  });

  it('are those of the stage of the agent', async () => {
    const policy = POLICY;
    const tight = { provisional: { requests: 2, windowMs: 60_000 } };
    const r = await rig({ policy, rates: { stages: { ...STAGE_RATES, ...tight } } });
    expect(await ends(r, '+++')).toEqual(['done', 'done', 'GUARD_RATE_EXCEEDED']);
    expect(STAGE_RATES).toEqual({ provisional: { requests: 100, windowMs: 60_000 } });
    const other = await rig({
      policy,
      rates: { stages: { established: { requests: 1, windowMs: 60_000 } } },
    });
    expect(await ends(other, '++')).toEqual(['done', 'done']);
  });

  it('are those of each capability that a call needs', async () => {
    proves('guard.rate.per-capability');
    const callMap: JsonObject = {
      version: 1,
      tools: {
        code: {
          action: 'read',
          resource: { scheme: 'file', path: 'input.path' },
          attributes: { 'resource.capabilities': ['data:text'] },
        },
      },
    };
    const r = await rig({
      callMap,
      rates: {
        capabilities: {
          'data:text': { requests: 1, windowMs: 1000 },
          'data:code': { requests: 9, windowMs: 9 },
        },
      },
    });
    const call = (tool: string): Promise<Outcome<unknown>> =>
      r.ttp.a2t(
        { tool, action: 'read', resource: 'file:data/a', input: { path: 'data/a' } },
        async () => 'text',
      );
    expect(endOf(await call('code'))).toBe('done');
    expect(endOf(await call('code'))).toBe('GUARD_RATE_EXCEEDED');
    expect(endOf(await call('other')), 'a call that needs none').toBe('done');
  });

  it('are quotas of a tool for each agent, kept over a restart', async () => {
    proves('guard.quota.usage');
    const rates = { tools: { 'local/read_file': { requests: 3, windowMs: 86_400_000 } } };
    const r = await rig({ rates });
    expect(await ends(r, '++-+')).toEqual(['done', 'done', 'SDK_PERFORM_FAILED', 'GUARD_RATE_EXCEEDED']);
    expect(endOf(await read(r, '+', 1, 'list_files')), 'another tool').toBe('done');
    const again = await r.restart({ rates });
    expect(await ends(again, '+')).toEqual(['GUARD_RATE_EXCEEDED']);
    const { storage } = r;
    const other = await rig({
      rates,
      storage,
      seed: 'other',
      policy: { ...POLICY, agentDid: 'did:tessorium:agent:other:v1' },
    });
    expect(await ends(other, '+'), 'another agent').toEqual(['done']);
    await again.clock.advance(86_400_001);
    expect(await ends(again, '+')).toEqual(['done']);
  });

  it('of tokens are taken by what the call says that it takes', async () => {
    const r = await rig({ rates: { meter: memoryRates({ clock: { monotonic: () => 0 } }) } });
    const params = { ...bucketPerMinute(100), adds: 'request.max_tokens' };
    const ask = async (input: JsonObject): Promise<string> => {
      const [profile, interaction] = scene(r, {
        obliges: () => [{ kind: 'rate', from: 'profile:test', params }],
      });
      return endOf(await r.ttp.run(profile, { ...interaction, id: JSON.stringify(input), input }));
    };
    expect(await ask({ max_tokens: 60 })).toBe('done');
    expect(await ask({ max_tokens: 41 })).toBe('GUARD_RATE_EXCEEDED');
    expect(await ask({ max_tokens: 40 })).toBe('done');
    for (const input of [{}, { max_tokens: 0.5 }, { max_tokens: -1 }, { max_tokens: '1' }])
      expect(await ask(input)).toBe('GUARD_RATE_UNCOUNTED');
  });
});

describe('the breaker of a tool', () => {
  it('opens after ten calls of which six failed, lets one at a time try later, and closes after three', async () => {
    const r = await rig();
    expect(new Set(await ends(r, '++++------'))).toEqual(new Set(['done', 'SDK_PERFORM_FAILED']));
    expect(await ends(r, '+')).toEqual(['GUARD_BREAKER_OPEN']);
    expect(endOf(await read(r, '+', 1, 'list_files')), 'another tool').toBe('done');
    const checked = await r.ttp.check({ tool: 'read_file', input: { path: 'data/a' } });
    expect(checked).toMatchObject({ wouldPermit: false });
    await r.clock.advance(36_001);
    const probes = await Promise.all(Array.from({ length: 5 }, () => read(r)));
    expect(probes.map(endOf).sort()).toEqual([
      ...Array.from({ length: 4 }, () => 'GUARD_BREAKER_PROBING'),
      'done',
    ]);
    expect(await ends(r, '+++')).toEqual(['done', 'done', 'done']);
    const said = r.entries.filter(({ type }) => type === 'breaker-tripped');
    expect(said.map(({ subject, data, component }) => [subject, data, component])).toEqual(
      [{ state: 'open', why: 'errors' }, { state: 'half-open' }, { state: 'closed' }].map((data) => [
        'local/read_file',
        data,
        'guard',
      ]),
    );
  });

  it('opens for results that say that the tool failed, which count as errors of the agent too', async () => {
    const r = await rig({ anomalies: {} });
    const call = (isError: boolean, failed = (result: unknown) => result === 'error') =>
      r.ttp.a2t({ tool: 'read_file', input: { path: 'data/a' }, failed }, () =>
        Promise.resolve(isError ? 'error' : 'text'),
      );
    const list: string[] = [];
    for (let i = 0; i < 10; i++) list.push(endOf(await call(i >= 4)));
    expect(list, 'who called has the result all the same').toEqual(Array.from({ length: 10 }, () => 'done'));
    expect(endOf(await call(false))).toBe('GUARD_BREAKER_OPEN');
    expect(r.ttp.behavior()).toMatchObject({ patterns: ['high_error_rate'], agent: { failures: 6 } });
    const broken = await rig();
    for (let i = 0; i < 10; i++)
      await broken.ttp.a2t(
        { tool: 'read_file', input: { path: 'data/a' }, failed: () => expect.unreachable('throws') },
        () => Promise.resolve('text'),
      );
    expect(endOf(await broken.read('data/a')), 'who cannot tell does not say that it went well').toBe(
      'GUARD_BREAKER_OPEN',
    );
    const bad = { tool: 'read_file', input: { path: 'data/a' }, failed: 'yes' };
    // @ts-expect-error no function
    expect(await broken.ttp.a2t(bad, () => Promise.resolve(''))).toMatchObject({ code: 'SDK_BAD_CALL' });
  });

  it('opens for what takes more than five seconds', async () => {
    const r = await rig();
    expect(await ends(r, '++++++++++', 5001)).toHaveLength(10);
    expect(await ends(r, '+')).toEqual(['GUARD_BREAKER_OPEN']);
    const quick = await rig({ seed: 'quick' });
    await ends(quick, '++++++++++', 4999);
    expect(await ends(quick, '+')).toEqual(['done']);
  });

  it('says nothing of a tool whose agent was stopped', async () => {
    const r = await rig();
    for (let i = 0; i < 12; i++) {
      const stopped = await r.ttp.a2t({ tool: 'read_file', input: { path: 'data/a' } }, async (permit) => {
        r.ttp.kill(r.ttp.did, { reason: 'circuit_breaker_trip' });
        return permit.enter();
      });
      expect(stopped).toMatchObject({ status: 'failed', code: 'GUARD_KILLED' });
      await r.clock.advance(300_000);
    }
    expect(await ends(r, '+')).toEqual(['done']);
  });

  it('disables an external API that fails, and no other', async () => {
    proves('guard.breaker.a2api', 'decision.D34');
    const r = await rig();
    const api = async (key: string, id: string, perform: () => Promise<string>): Promise<string> => {
      const [profile, interaction] = scene(r, {
        obliges: () => [
          { kind: 'breaker', from: 'profile:a2api', params: { key, slaMs: 4000, tierMs: 30_000 } },
        ],
        perform,
      });
      const a2api: typeof profile = { ...profile, mode: 'a2api' };
      return endOf(await r.ttp.run(a2api, { ...interaction, id, mode: 'a2api', target: key }));
    };
    let calls = 0;
    for (let i = 0; i < 40; i++)
      await api('did:service:acme:pay:1.0.0', `a${i}`, () => {
        calls++;
        return Promise.reject(new Error('503'));
      });
    expect(calls).toBe(10);
    expect(await api('did:service:acme:pay:1.0.0', 'b', async () => 'paid')).toBe('GUARD_BREAKER_OPEN');
    expect(await api('did:service:other:pay:1.0.0', 'c', async () => 'paid')).toBe('done');
    // It promised four seconds: eight are the limit.
    for (let i = 0; i < 11; i++)
      await api('did:service:slow:pay:1.0.0', `s${i}`, async () => {
        await r.clock.advance(7999);
        return 'paid';
      });
    expect(await api('did:service:slow:pay:1.0.0', 'd', async () => 'paid')).toBe('done');
  });

  it('is one for all processes that share a store', async () => {
    const storage = memory();
    const first = await rig({ seed: 'one' });
    const shared = (r: Rig) => toolBreakers({ clock: r.clock, random: r.random, store: storage.store });
    const one = await first.restart({ breakers: shared(first) });
    const second = await rig({ seed: 'two' });
    const two = await second.restart({ breakers: shared(second) });
    await ends(one, '-----');
    await ends(two, '-----');
    expect(await ends(one, '+')).toEqual(['GUARD_BREAKER_OPEN']);
    expect(await ends(two, '+')).toEqual(['GUARD_BREAKER_OPEN']);
  });
});

const withBreaker = async (
  options: Parameters<typeof circuitBreaker>[1],
  more: JsonObject = {},
): Promise<Rig> => {
  const r = await rig();
  return await r.restart({ circuitBreaker: circuitBreaker(r.ttp.did, options), ...more });
};

describe('the breaker of the agent', () => {
  it('kills after too many failed requests, until the cooldown is over on monotonic time', async () => {
    proves('guard.agent-breaker.cooldown');
    const r = await withBreaker({ maxFailedRequests: 2, cooldownMs: 400_000 });
    expect(await ends(r, '-+--')).toEqual([
      'SDK_PERFORM_FAILED',
      'done',
      'SDK_PERFORM_FAILED',
      'SDK_PERFORM_FAILED',
    ]);
    expect(r.ttp.killStatus()).toMatchObject({
      killed: true,
      reasons: ['circuit_breaker_trip'],
      by: 'circuit-breaker',
    });
    expect(await ends(r, '+')).toEqual(['GUARD_KILLED']);
    r.clock.setWall(4_000_000_000_000);
    await r.clock.advance(399_999);
    expect(r.ttp.isKilled()).toBe(true);
    await r.clock.advance(1);
    expect(r.ttp.isKilled()).toBe(false);
    expect(await ends(r, '+--')).toEqual(['done', 'SDK_PERFORM_FAILED', 'SDK_PERFORM_FAILED']);
    expect(r.ttp.isKilled(), 'counted anew').toBe(false);
  });

  it('is never opened again by time where an operator has to', async () => {
    proves('guard.agent-breaker.operator');
    const r = await withBreaker({ maxFailedRequests: 0, requireOperatorApproval: true });
    await ends(r, '-');
    for (let hours = 0; hours < 5; hours++) await r.clock.advance(3_600_000);
    expect(r.ttp.isKilled()).toBe(true);
    const again = await r.restart();
    await r.clock.advance(3_600_000);
    expect(again.ttp.isKilled()).toBe(true);
  });

  it('kills for violations of a rate, and the log says so', async () => {
    const r = await withBreaker({ maxRateLimitViolations: 1 }, { policy: LIMITED });
    expect(await ends(r, '++++')).toEqual(['done', 'done', 'done', 'GUARD_RATE_EXCEEDED']);
    expect(r.ttp.isKilled()).toBe(false);
    expect(await ends(r, '++')).toEqual(['GUARD_RATE_EXCEEDED', 'GUARD_KILLED']);
    await r.ttp.close();
    const kills = r.entries.filter(({ type }) => type === 'agent-killed' || type === 'breaker-tripped');
    expect(kills.map(({ data }) => data['reasons'] ?? data['circuits'])).toEqual([
      ['circuit_breaker_trip'],
      1,
    ]);
  });

  it('kills a verified agent whose score falls below 20, as security events make it fall', async () => {
    proves('guard.agent-breaker.score');
    const r = await withBreaker({});
    const gather = async (severity?: 'medium' | 'high'): Promise<string> => {
      const value = trustReport({
        identityVerified: true,
        killed: false,
        revoked: false,
        attestations: [],
        behavior: NO_BEHAVIOR,
        securityEvents: severity === undefined ? [] : [severity],
      });
      const trust = { name: 'trust', gather: async () => ({ value, at: r.clock.now(), validFor: 60_000 }) };
      const [profile, interaction] = scene(r, { evidence: sources(r, { trust }) });
      return endOf(await r.ttp.run(profile, { ...interaction, id: severity ?? 'none' }));
    };
    expect(await gather()).toBe('done');
    expect(await gather('medium'), 'a cap of 20 is not below 20, but blocks').not.toBe('GUARD_KILLED');
    expect(r.ttp.isKilled()).toBe(false);
    await gather('high');
    expect(r.ttp.killStatus()).toMatchObject({ killed: true, reasons: ['trust_score_critical'] });
  });

  it('is opened by every kill of its agent', async () => {
    const r = await withBreaker({});
    await r.ttp.kill('*', { reason: 'manual_operator_action' }).report();
    await r.ttp.close();
    const opened = r.entries.filter(({ type }) => type === 'breaker-tripped');
    expect(opened.map(({ subject, data }) => [subject, data['circuits']])).toEqual([['*', 1]]);
  });

  it('of another agent is refused', async () => {
    const [one, other] = [await rig(), await rig({ seed: 'other' })];
    const circuit = circuitBreaker(other.ttp.did);
    expect(await codeRejectedBy(one.restart({ circuitBreaker: circuit }))).toBe('SDK_BAD_CONTROL');
  });
});
