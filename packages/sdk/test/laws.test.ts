import { memory } from '@ttp/adapters/memory';
import { asDid, asEpoch, type Operator, type Operators, type Permit } from '@ttp/core';
import { createSigner, IDENTITY_PURPOSES, keyPairOf } from '@ttp/crypto';
import { didKey } from '@ttp/did';
import { openRecorder } from '@ttp/etr-merkle/trace';
import { createKillSwitch, createTraceLabels, signReinstateOrder } from '@ttp/guard';
import { loadPolicy, type Policy } from '@ttp/spl';
import { proves, testSigner, withSeed } from '@ttp/testkit';
import { DEFAULT_THRESHOLDS } from '@ttp/tre';
import { afterEach, describe, expect, it } from 'vitest';
import { handlersByKind } from '../src/handlers.js';
import { readInteraction } from '../src/interaction.js';
import { type Flow, run } from '../src/run.js';
import { trackCalls } from '../src/under-way.js';
import { scene } from './profile.js';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

const seed = new Uint8Array(32).fill(9);
const { publicKey } = keyPairOf(seed);
const did = didKey(publicKey);
const kid = `${did}#${did.slice('did:key:'.length)}`;
const operator: Operator = {
  id: 'operator',
  kid,
  publicKey,
  human: 'human',
  level: 3,
  privileges: ['kill:reinstate'],
};
const operators: Operators = { byKid: async (asked) => (asked === kid ? operator : undefined) };
const signer = createSigner({ seed, kid, purposes: IDENTITY_PURPOSES });

/** Reinstates the agent, whose epoch is `epoch`, by a signed order. */
async function reinstate({ ttp, clock }: Rig, epoch: number): Promise<void> {
  const order = {
    target: asDid(ttp.did),
    epoch: asEpoch(epoch),
    reason: 'manual_operator_action' as const,
    notAfter: clock.now() + 1000,
  };
  await ttp.reinstate([await signReinstateOrder(order, signer, clock.now())]);
}

const kill = ({ ttp }: Rig) => ttp.kill(ttp.did, { reason: 'manual_operator_action' });

describe('law P-11: the epoch and policy of a decision are the current ones when it is executed', () => {
  it('holds for an agent that was killed and reinstated while its call was on its way', async () => {
    proves('law.P-11');
    let revived: Promise<void> | undefined;
    const during = {
      kind: 'during',
      order: 1,
      check: () => undefined,
      hold: async () => {
        kill(r);
        await (revived = reinstate(r, 1));
        return { settle: async () => undefined, release: async () => undefined };
      },
    };
    const r = await rig({ operators, handlers: [during] });
    const [profile, interaction] = scene(r, { obligations: ['during'] });
    expect(await r.ttp.run(profile, interaction)).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    await revived;
    expect(r.ttp.isKilled()).toBe(false);
    const epochs: number[] = [];
    const perform = async (permit: Permit) => {
      epochs.push(permit.epoch);
      return 'x';
    };
    const outcome = await r.ttp.run(...scene(r, { perform }));
    expect(outcome).toMatchObject({ status: 'done', decision: { epoch: 2 } });
    expect(epochs).toEqual([2]);
  });

  it.each(['gathering', 'holding', 'recording'] as const)(
    'holds for a policy that was replaced while %s',
    async (when) => {
      proves('law.P-11');
      const r = await rig();
      const { clock, random, identity } = r;
      const storage = memory();
      const first = loadPolicy(POLICY);
      const second = loadPolicy({ ...POLICY, rules: [{ id: 'nothing', effect: 'deny' }] });
      let policy: Policy = first;
      const replace = (): void => {
        policy = second;
      };
      const recorder = await openRecorder({
        storage,
        clock,
        timer: clock,
        random,
        signer: testSigner(3, undefined, ['signed-note', 'ttp/tree-head@1', 'ttp/bundle@1']),
        origin: identity.did,
      });
      recorder.onEvent(({ type }) => void (when === 'recording' && type === 'intent-recorded' && replace()));
      const latch = await createKillSwitch({ storage, clock, timer: clock });
      await latch.enrol(identity.did, true);
      const waiting = {
        kind: 'waiting',
        order: 1,
        check: () => undefined,
        hold: async () => {
          if (when === 'holding') replace();
          return { settle: async () => undefined, release: async () => undefined };
        },
      };
      const flow: Flow = {
        kill: latch,
        recorder,
        mode: 'enforce',
        timer: clock,
        now: () => clock.now(),
        stamp: () => clock.now(),
        policy: () => policy,
        thresholds: DEFAULT_THRESHOLDS,
        handlers: handlersByKind([], [waiting]),
        labels: createTraceLabels({
          store: storage.store,
          agent: identity.did,
          shared: false,
          now: () => clock.now(),
          record: async () => undefined,
        }),
        closing: trackCalls(clock),
        behavior: undefined,
        obliges: () => [],
        leave: undefined,
      };
      let happened = false;
      const [profile, interaction] = scene(r, {
        obligations: ['waiting'],
        perform: async () => (happened = true),
      });
      const [first1, ...rest] = profile.evidence;
      const gathering = {
        name: first1?.name ?? '',
        gather: async (...args: Parameters<NonNullable<typeof first1>['gather']>) => {
          if (when === 'gathering') replace();
          return await (first1?.gather(...args) ?? Promise.reject(new Error('no source')));
        },
      };
      const asked = { ...profile, evidence: [gathering, ...rest] };
      const outcome = await run(asked, readInteraction(interaction), flow);
      expect(outcome).toMatchObject({
        status: 'blocked',
        code: when === 'recording' ? 'SDK_DECISION_STALE' : 'SDK_DENIED',
      });
      expect(happened).toBe(false);
      await recorder.close();
      latch.close();
    },
  );
});

describe('law K-2: killed stays killed', () => {
  it('over any history of restarts, crashes and clocks, until a reinstatement raises the epoch', async () => {
    proves('law.K-2');
    const MONTH = 30 * 24 * 3_600_000;
    await withSeed('sdk/k-2', 12, async (random) => {
      let r = await rig({ operators, seed: `k2-${random.int(1e9)}` });
      await kill(r).durable;
      for (let step = 0; step < 6; step++) {
        const what = random.pick(['restart', 'crash', 'forward', 'back', 'wait', 'call', 'again'] as const);
        if (what === 'restart') r = await r.restart({ operators, fresh: random.chance(0.5) });
        if (what === 'crash') r = await r.crash({ operators, fresh: random.chance(0.5) });
        if (what === 'forward') r.clock.setWall(r.clock.now() + random.int(MONTH));
        if (what === 'back') {
          const now = r.clock.now();
          r.clock.setWall(now - random.int(MONTH));
          expect((await r.read('data/a')).status).toBe('blocked');
          r.clock.setWall(now);
        }
        if (what === 'wait') await r.clock.advance(random.int(7_200_000));
        if (what === 'again') await kill(r).durable;
        expect(r.ttp.isKilled()).toBe(true);
        expect(await r.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
        expect(r.effects()).toBe(0);
      }
      const { epoch } = kill(r);
      await reinstate(r, epoch);
      expect((await r.read('data/a')).status).toBe('done');
    });
  });
});
