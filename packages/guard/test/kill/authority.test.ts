import { memory } from '@ttp/adapters/memory';
import {
  asEpoch,
  type Envelope,
  KILL_REASONS,
  type KillReason,
  type Operators,
  PRIVILEGES,
  type Privilege,
} from '@ttp/core';
import { codeRejectedBy, fakeClock, proves, testSigner } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  createKillSwitch,
  KILL_COOLDOWN_MS,
  type KillSwitch,
  type KillTarget,
  type OrderType,
  signKillOrder,
  signReinstateOrder,
} from '../../src/index.js';
import { AGENT, OTHER } from '../interaction.js';

const NOW = 1_700_000_000_000;

/** Everybody who may be on a roster: nobody, one for each privilege alone, and two people who may do all. */
const ROLES: readonly (readonly Privilege[])[] = [
  [],
  ...PRIVILEGES.map((one) => [one]),
  PRIVILEGES,
  PRIVILEGES,
];
const SIGNERS = ROLES.map((_, n) => testSigner(n));
const UNKNOWN = testSigner(ROLES.length);
const ROSTER: Operators = {
  byKid: (kid) => {
    const n = SIGNERS.findIndex((signer) => signer.kid === kid);
    const signer = SIGNERS[n];
    return Promise.resolve(
      signer && {
        id: `operator-${n}`,
        kid,
        publicKey: signer.publicKey,
        human: `human-${n}`,
        level: 3,
        privileges: ROLES[n] ?? [],
      },
    );
  },
};
const FIRST = ROLES.length - 2;
const SECOND = ROLES.length - 1;

const TARGETS: readonly KillTarget[] = [AGENT, OTHER, '*'];
/** What the order says of the epoch, as against what it is. */
const EPOCHS = { earlier: -1, current: 0, later: 1 } as const;

/** How many distinct people each reason takes (decision D33); 0: no order does. */
const PEOPLE: Readonly<Record<KillReason, 0 | 1 | 2>> = {
  rate_limit_exceeded: 1,
  trust_score_critical: 1,
  pattern_threat_detected: 2,
  manual_operator_action: 1,
  circuit_breaker_trip: 1,
  security_violation: 2,
  anomaly_detected: 1,
  revocation_received: 0,
  cascade_failure: 1,
};

/** A switch in which everybody was killed and came back once, so that there is an earlier epoch: 1, and 2 is current. */
async function opened(): Promise<KillSwitch> {
  const clock = fakeClock();
  const kill = await createKillSwitch({
    storage: memory(),
    clock,
    timer: clock,
    operators: ROSTER,
    recovery: { scoreRecovered: () => Promise.resolve(true) },
  });
  for (const agent of [AGENT, OTHER]) await kill.enrol(agent, true);
  for (const target of TARGETS) kill.kill(target, { reason: 'rate_limit_exceeded', by: 'setup' });
  await clock.advance(KILL_COOLDOWN_MS);
  clock.setWall(NOW);
  expect(TARGETS.map((target) => kill.status(target).epoch)).toEqual([2, 2, 2]);
  return kill;
}

const signed = new Map<string, Promise<Envelope>>();
/** Each order is signed once, however often it is given. */
function orderOf(
  type: OrderType,
  role: number,
  target: KillTarget,
  reason: KillReason,
  epoch: number,
): Promise<Envelope> {
  const name = `${type} ${role} ${target} ${reason} ${epoch}`;
  const sign = type === 'ttp/kill-order@1' ? signKillOrder : signReinstateOrder;
  const order = { target, reason, epoch: asEpoch(epoch), notAfter: NOW + KILL_COOLDOWN_MS };
  const envelope = signed.get(name) ?? sign(order, SIGNERS[role] ?? UNKNOWN, NOW);
  signed.set(name, envelope);
  return envelope;
}

/** Why an operator is not listened to at all. */
const silenced = (role: number, privilege: Privilege): string | undefined =>
  role === ROLES.length
    ? 'CRYPTO_OPERATOR_UNKNOWN'
    : ROLES[role]?.includes(privilege) === true
      ? undefined
      : 'CRYPTO_OPERATOR_PRIVILEGE';

/** Whom a target stops. */
const stopped = (target: KillTarget): readonly boolean[] =>
  [AGENT, OTHER].map((agent) => target === '*' || target === agent);
const seen = (kill: KillSwitch): readonly boolean[] => [AGENT, OTHER].map((agent) => kill.isKilled(agent));

const EVERY_ROLE = [...ROLES.keys(), ROLES.length];

describe('who may kill', () => {
  it('is whoever has kill:order: any target, for any reason, in the current epoch or a later one', async () => {
    proves('guard.kill.authority', 'flaw.K3');
    const alive = await opened();
    let cells = 0;
    for (const target of TARGETS)
      for (const [age, ahead] of Object.entries(EPOCHS))
        for (const role of EVERY_ROLE)
          for (const reason of KILL_REASONS) {
            const order = await orderOf('ttp/kill-order@1', role, target, reason, 2 + ahead);
            const expected =
              silenced(role, 'kill:order') ?? (age === 'earlier' ? 'GUARD_ORDER_STALE' : undefined);
            // What is refused changes nothing, so that all refusals share a switch.
            const kill = expected === undefined ? await opened() : alive;
            const code = await codeRejectedBy(kill.obey(order));
            expect([target, age, role, reason, code]).toEqual([target, age, role, reason, expected]);
            expect(seen(kill)).toEqual(expected === undefined ? stopped(target) : [false, false]);
            cells++;
          }
    expect(cells).toBe(3 * 3 * 16 * 9);
    expect(TARGETS.map((target) => alive.status(target).epoch)).toEqual([2, 2, 2]);
  });
});

const killed = async (target: KillTarget, reason: KillReason): Promise<KillSwitch> => {
  const kill = await opened();
  kill.kill(target, { reason, by: 'test' });
  return kill;
};
const attempt = async (
  kill: KillSwitch,
  group: readonly number[],
  ...about: [KillTarget, KillReason, number]
): Promise<string | undefined> =>
  codeRejectedBy(
    kill.reinstate(await Promise.all(group.map((role) => orderOf('ttp/reinstate-order@1', role, ...about)))),
  );

describe('who may reinstate', () => {
  /** Orders of one, of two people, of one person twice, and of one who may and one who may not. */
  const GROUPS = [
    ...EVERY_ROLE.map((role) => [role]),
    [FIRST, SECOND],
    [FIRST, FIRST],
    [FIRST, 0],
    [FIRST, ROLES.length],
  ];
  it('is as many people with kill:reinstate as the reason takes, in the current epoch alone', async () => {
    proves('guard.kill.authority', 'guard.kill.reinstate', 'flaw.K3');
    let cells = 0;
    for (const target of TARGETS)
      for (const reason of KILL_REASONS) {
        let kill = await killed(target, reason);
        for (const [age, ahead] of Object.entries(EPOCHS))
          for (const group of GROUPS) {
            const people = new Set(group).size;
            const why = [
              ...group.map((role) => silenced(role, 'kill:reinstate')),
              PEOPLE[reason] === 0 ? 'GUARD_APPEAL_ONLY' : undefined,
              people < PEOPLE[reason] ? 'GUARD_QUORUM_MISSING' : undefined,
              age === 'current' ? undefined : 'GUARD_ORDER_STALE',
            ].find((code) => code !== undefined);
            const code = await attempt(kill, group, target, reason, 3 + ahead);
            expect([target, reason, age, group, code]).toEqual([target, reason, age, group, why]);
            expect(seen(kill)).toEqual(why === undefined ? [false, false] : stopped(target));
            if (why === undefined) kill = await killed(target, reason);
            cells++;
          }
      }
    expect(cells).toBe(3 * 9 * 3 * 20);
  });

  it('names the very kill: no other target, and no other reason, whoever orders it', async () => {
    proves('guard.kill.authority');
    let cells = 0;
    for (const target of TARGETS)
      for (const reason of KILL_REASONS) {
        const kill = await killed(target, reason);
        for (const other of TARGETS)
          for (const claimed of KILL_REASONS) {
            if (other === target && claimed === reason) continue;
            const about = [other, claimed, kill.status(other).epoch] as const;
            const expected =
              PEOPLE[claimed] === 0
                ? 'GUARD_APPEAL_ONLY'
                : other === target
                  ? 'GUARD_ORDER_MISMATCH'
                  : 'GUARD_NOT_KILLED';
            expect(await attempt(kill, [FIRST, SECOND], ...about)).toBe(expected);
            expect(seen(kill)).toEqual(stopped(target));
            cells++;
          }
      }
    expect(cells).toBe(3 * 9 * (3 * 9 - 1));
  });
});
