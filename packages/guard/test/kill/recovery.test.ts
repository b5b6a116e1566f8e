import { memory } from '@ttp/adapters/memory';
import { asDid, type Did, KILL_REASONS, type Storage } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, fakeClock, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  createKillSwitch,
  type DependencyEdge,
  KILL_COOLDOWN_MS,
  type KillEvent,
  planCascade,
  type Recovery,
} from '../../src/index.js';
import { ROSTER, reinstateOrder } from './harness.js';

const did = (name: string): Did => asDid(`did:ttp:agent:${name}`);
const [ROOT, MIDDLE, LEAF, BESIDE] = ['root', 'middle', 'leaf', 'beside'].map(did) as [Did, Did, Did, Did];
const edge = (parent: Did, child: Did): DependencyEdge => ({ parent, child, id: `${parent} ${child}` });
const GRAPH = [edge(ROOT, MIDDLE), edge(MIDDLE, LEAF), edge(LEAF, ROOT)];

async function family(storage: Storage = memory(), fresh = true, recovery: Recovery = {}) {
  const clock = fakeClock();
  const events: KillEvent[] = [];
  const kill = await createKillSwitch({
    storage,
    clock,
    timer: clock,
    operators: ROSTER,
    recovery,
    emit: (event) => void events.push(event),
  });
  for (const agent of [ROOT, MIDDLE, LEAF, BESIDE]) await kill.enrol(agent, fresh);
  return { kill, clock, events, storage };
}
type Family = Awaited<ReturnType<typeof family>>;

const revive = async ({ kill }: Family, target: Did, reason: (typeof KILL_REASONS)[number]) =>
  codeRejectedBy(
    kill.reinstate(
      await Promise.all(
        [0, 1].map((by) =>
          reinstateOrder(by, { target, reason, epoch: kill.status(target).epoch, notAfter: 2 ** 50 }),
        ),
      ),
    ),
  );

describe('a suspension', () => {
  it('stops whoever depends on what was killed, each recorded, and nobody else', async () => {
    proves('guard.kill.cascade', 'flaw.K6');
    const one = await family();
    const permits = [MIDDLE, LEAF, BESIDE].map((agent) => one.kill.permit(agent, one.kill.epochOf(agent)));
    one.kill.kill(ROOT, { reason: 'manual_operator_action', by: 'test' });
    const plan = planCascade(ROOT, GRAPH);
    // A plan changes nothing: it is the dry run.
    for (const permit of permits) permit.enter();
    one.kill.suspend(plan, 'test');
    expect(permits.map((permit) => codeThrownBy(() => permit.enter()))).toEqual([
      'GUARD_KILLED',
      'GUARD_KILLED',
      undefined,
    ]);
    expect(one.events.map(({ type, subject, data }) => [type, subject, data['causes']])).toEqual([
      ['agent-killed', ROOT, undefined],
      ['kill-cascaded', MIDDLE, [ROOT]],
      ['kill-cascaded', LEAF, [MIDDLE]],
    ]);
    // Suspended, not killed: the one that was killed is not touched again, although the edges lead back to it.
    expect(one.kill.status(ROOT)).toMatchObject({ epoch: 1, suspended: false });
    expect(one.kill.status(LEAF)).toMatchObject({
      killed: true,
      suspended: true,
      reasons: ['cascade_failure'],
      causes: [MIDDLE],
    });
  });

  it('ends when what it waits for is reinstated, and an operator says so: in this order', async () => {
    proves('guard.reasons.cascade');
    const before = await family();
    await before.kill.kill(ROOT, { reason: 'manual_operator_action', by: 'test' }).durable;
    await Promise.all(before.kill.suspend(planCascade(ROOT, GRAPH), 'test').map(({ durable }) => durable));
    before.kill.close();
    // It is in the record, so that a restart forgets nothing of it.
    const one = await family(before.storage, false);
    expect(await revive(one, LEAF, 'cascade_failure')).toBe('GUARD_DEPENDENCY_STOPPED');
    expect(await revive(one, MIDDLE, 'cascade_failure')).toBe('GUARD_DEPENDENCY_STOPPED');
    expect(await revive(one, ROOT, 'manual_operator_action')).toBeUndefined();
    // Nobody comes back by himself, however long it takes.
    await one.clock.advance(100 * KILL_COOLDOWN_MS);
    expect([MIDDLE, LEAF].map((agent) => one.kill.isKilled(agent))).toEqual([true, true]);
    expect(await revive(one, LEAF, 'cascade_failure')).toBe('GUARD_DEPENDENCY_STOPPED');
    expect(await revive(one, MIDDLE, 'cascade_failure')).toBeUndefined();
    expect(await revive(one, LEAF, 'cascade_failure')).toBeUndefined();
    expect([ROOT, MIDDLE, LEAF].map((agent) => one.kill.isKilled(agent))).toEqual([false, false, false]);
    expect(one.kill.status(LEAF)).not.toHaveProperty('causes');
  });

  it('waits for all that it was suspended with, also where that cannot be read', async () => {
    proves('guard.reasons.cascade');
    const one = await family();
    for (const [root, graph] of [
      [ROOT, [edge(ROOT, LEAF)]],
      [MIDDLE, [edge(MIDDLE, LEAF)]],
    ] as const) {
      one.kill.kill(root, { reason: 'manual_operator_action', by: 'test' });
      for (const { durable } of one.kill.suspend(planCascade(root, graph), 'test')) await durable;
    }
    expect(await revive(one, ROOT, 'manual_operator_action')).toBeUndefined();
    expect(await revive(one, LEAF, 'cascade_failure')).toBe('GUARD_DEPENDENCY_STOPPED');
    expect(await revive(one, MIDDLE, 'manual_operator_action')).toBeUndefined();
    await one.storage.store.delete(`kill/${ROOT}`);
    expect(await revive(one, LEAF, 'cascade_failure')).toBe('GUARD_DEPENDENCY_STOPPED');
  });

  it('of two that were suspended with each other ends first for who was killed for the harder reason', async () => {
    proves('flaw.K6');
    const one = await family();
    const graph = [edge(ROOT, MIDDLE), edge(MIDDLE, LEAF), edge(LEAF, ROOT), edge(BESIDE, LEAF)];
    for (const [root, reason] of [
      [ROOT, 'manual_operator_action'],
      [LEAF, 'security_violation'],
    ] as const) {
      one.kill.kill(root, { reason, by: 'test' });
      for (const { durable } of one.kill.suspend(planCascade(root, graph), 'test')) await durable;
    }
    const again = await family(one.storage, false);
    // All three wait for each other by now, and nothing of it is known but from the records.
    expect([ROOT, MIDDLE, LEAF].map((agent) => again.kill.status(agent).causes)).toEqual([
      [LEAF],
      [ROOT],
      [MIDDLE],
    ]);
    expect(await revive(again, ROOT, 'cascade_failure')).toBe('GUARD_DEPENDENCY_STOPPED');
    expect(await revive(again, MIDDLE, 'cascade_failure')).toBe('GUARD_DEPENDENCY_STOPPED');
    // Whom it waits for and who does not wait for it comes before it all the same.
    again.kill.kill(BESIDE, { reason: 'manual_operator_action', by: 'test' });
    again.kill.suspend(planCascade(BESIDE, [edge(BESIDE, LEAF)]), 'test');
    expect(await revive(again, LEAF, 'security_violation')).toBe('GUARD_DEPENDENCY_STOPPED');
    expect(await revive(again, BESIDE, 'manual_operator_action')).toBeUndefined();
    expect(await revive(again, LEAF, 'security_violation')).toBeUndefined();
    expect(await revive(again, MIDDLE, 'cascade_failure')).toBe('GUARD_DEPENDENCY_STOPPED');
    expect(await revive(again, ROOT, 'cascade_failure')).toBeUndefined();
    expect(await revive(again, MIDDLE, 'cascade_failure')).toBeUndefined();
  });

  it('needs a root that is stopped, and says how many the cap left alone', async () => {
    proves('flaw.K6');
    const one = await family();
    const plan = planCascade(ROOT, GRAPH, 1);
    expect(codeThrownBy(() => one.kill.suspend(plan, 'test'))).toBe('GUARD_NOT_KILLED');
    expect(codeThrownBy(() => one.kill.suspend(planCascade(did('unknown'), GRAPH), 'test'))).toBe(
      'GUARD_NOT_KILLED',
    );
    one.kill.kill(ROOT, { reason: 'manual_operator_action', by: 'test' });
    one.kill.suspend(plan, 'test');
    expect([MIDDLE, LEAF].map((agent) => one.kill.isKilled(agent))).toEqual([true, false]);
    expect(one.events.map(({ type, data }) => [type, data['code'], data['beyond']])).toContainEqual([
      'finding-raised',
      'GUARD_CASCADE_CAPPED',
      1,
    ]);
  });

  it('by two processes at once waits for what both name', async () => {
    const storage: Storage = { ...memory(), shared: true };
    const one = await family(storage);
    const two = await family(storage, false);
    for (const [process, root] of [
      [one, ROOT],
      [two, MIDDLE],
    ] as const) {
      process.kill.kill(root, { reason: 'manual_operator_action', by: 'test' });
      for (const { durable } of process.kill.suspend(planCascade(root, [edge(root, LEAF)]), 'test'))
        await durable;
    }
    const after = await family(storage, false);
    expect([...(after.kill.status(LEAF).causes ?? [])].sort()).toEqual([MIDDLE, ROOT]);
    for (const { kill } of [one, two, after]) kill.close();
  });

  it('does not soften what somebody was killed for', async () => {
    const one = await family();
    one.kill.kill(MIDDLE, { reason: 'security_violation', by: 'test' });
    one.kill.kill(ROOT, { reason: 'manual_operator_action', by: 'test' });
    one.kill.suspend(planCascade(ROOT, GRAPH), 'test');
    expect(one.kill.status(MIDDLE)).toMatchObject({
      suspended: false,
      reasons: ['security_violation', 'cascade_failure'],
    });
    expect(await revive(one, MIDDLE, 'cascade_failure')).toBe('GUARD_ORDER_MISMATCH');
    expect(await revive(one, MIDDLE, 'security_violation')).toBe('GUARD_DEPENDENCY_STOPPED');
  });
});

describe('a critical score', () => {
  it.each([
    ['nobody can say', {}],
    ['it has not', { scoreRecovered: () => Promise.resolve(false) }],
  ])('keeps the agent killed where %s recover', async (_, recovery) => {
    proves('guard.reasons.trust-score');
    const one = await family(memory(), true, recovery);
    one.kill.kill(ROOT, { reason: 'trust_score_critical', by: 'test' });
    expect(await revive(one, ROOT, 'trust_score_critical')).toBe('GUARD_NOT_RECOVERED');
    expect(one.kill.isKilled(ROOT)).toBe(true);
  });

  it('that recovered needs an operator as well', async () => {
    proves('guard.reasons.trust-score');
    const asked: string[] = [];
    const one = await family(memory(), true, {
      scoreRecovered: (target) => Promise.resolve(asked.push(target) > 0),
    });
    one.kill.kill(ROOT, { reason: 'trust_score_critical', by: 'test' });
    await one.clock.advance(100 * KILL_COOLDOWN_MS);
    expect(one.kill.isKilled(ROOT)).toBe(true);
    expect(await codeRejectedBy(one.kill.reinstate([]))).toBe('GUARD_ORDER_INVALID');
    expect(asked).toEqual([]);
    expect(await revive(one, ROOT, 'trust_score_critical')).toBeUndefined();
    expect(asked).toEqual([ROOT]);
    expect(one.kill.isKilled(ROOT)).toBe(false);
  });

  it('counts beside a stricter reason too', async () => {
    const one = await family();
    one.kill.kill(ROOT, { reason: 'trust_score_critical', by: 'test' });
    one.kill.kill(ROOT, { reason: 'security_violation', by: 'test' });
    expect(await revive(one, ROOT, 'security_violation')).toBe('GUARD_NOT_RECOVERED');
  });

  it('that fell again while it was looked at keeps the agent killed', async () => {
    const one = await family(memory(), true, {
      scoreRecovered() {
        one.kill.kill(ROOT, { reason: 'trust_score_critical', by: 'again' });
        return Promise.resolve(true);
      },
    });
    one.kill.kill(ROOT, { reason: 'trust_score_critical', by: 'test' });
    expect(await revive(one, ROOT, 'trust_score_critical')).toBe('GUARD_ORDER_STALE');
    expect(one.kill.isKilled(ROOT)).toBe(true);
  });
});

describe('a received revocation', () => {
  const ruled = { rulingOn: () => Promise.resolve('sha256:ruling') };

  it('is lifted by a ruling on appeal, and by nothing else', async () => {
    proves('guard.reasons.revocation');
    let ruling: string | undefined;
    const one = await family(memory(), true, { rulingOn: () => Promise.resolve(ruling) });
    await one.kill.kill(ROOT, { reason: 'revocation_received', by: 'test' }).durable;
    expect(await revive(one, ROOT, 'revocation_received')).toBe('GUARD_APPEAL_ONLY');
    await one.clock.advance(100 * KILL_COOLDOWN_MS);
    expect(await codeRejectedBy(one.kill.appeal(ROOT))).toBe('GUARD_APPEAL_ONLY');
    expect(one.kill.isKilled(ROOT)).toBe(true);
    ruling = 'sha256:ruling';
    expect(await one.kill.appeal(ROOT)).toMatchObject({
      killed: false,
      reasons: [],
      epoch: 2,
      by: 'ruling sha256:ruling',
    });
    expect((await family(one.storage, false)).kill.isKilled(ROOT)).toBe(false);
  });

  it('without anybody to ask about rulings is not lifted', async () => {
    proves('guard.reasons.revocation');
    const one = await family();
    one.kill.kill(ROOT, { reason: 'revocation_received', by: 'test' });
    expect(await codeRejectedBy(one.kill.appeal(ROOT))).toBe('GUARD_APPEAL_ONLY');
  });

  it('takes only itself away: what else the agent was killed for goes on, over a restart too', async () => {
    const one = await family(memory(), true, ruled);
    one.kill.kill(ROOT, { reason: 'revocation_received', by: 'test' });
    one.kill.kill(ROOT, { reason: 'security_violation', by: 'test', operatorOnly: true });
    expect(await one.kill.appeal(ROOT)).toMatchObject({
      killed: true,
      reasons: ['security_violation'],
      epoch: 3,
      operatorOnly: true,
    });
    const again = await family(one.storage, false);
    expect(again.kill.status(ROOT)).toMatchObject({ killed: true, reasons: ['security_violation'] });
    expect(await revive(again, ROOT, 'security_violation')).toBeUndefined();
  });

  it.each(KILL_REASONS.filter((reason) => reason !== 'revocation_received'))(
    'is not what %s is: a ruling does not lift that',
    async (reason) => {
      const one = await family(memory(), true, ruled);
      expect(await codeRejectedBy(one.kill.appeal(ROOT))).toBe('GUARD_NOT_KILLED');
      one.kill.kill(ROOT, { reason, by: 'test' });
      expect(await codeRejectedBy(one.kill.appeal(ROOT))).toBe('GUARD_NOT_KILLED');
      expect(one.kill.isKilled(ROOT)).toBe(true);
    },
  );

  it('that came again while the ruling was looked up stays', async () => {
    const one = await family(memory(), true, {
      rulingOn() {
        one.kill.kill(ROOT, { reason: 'revocation_received', by: 'again' });
        return ruled.rulingOn();
      },
    });
    one.kill.kill(ROOT, { reason: 'revocation_received', by: 'test' });
    expect(await codeRejectedBy(one.kill.appeal(ROOT))).toBe('GUARD_ORDER_STALE');
  });
});
