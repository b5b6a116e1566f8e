import { memory } from '@ttp/adapters/memory';
import type { Clock, Envelope, Operator, Operators, Privilege, Storage, Store, Timer } from '@ttp/core';
import { asEpoch } from '@ttp/core';
import { type FakeClock, fakeClock, testSigner } from '@ttp/testkit';
import {
  createKillSwitch,
  type KillEvent,
  type KillSwitch,
  type Order,
  signKillOrder,
  signReinstateOrder,
} from '../../src/index.js';
import { AGENT } from '../interaction.js';

/** What a test looks at. */
export interface Bench {
  readonly kill: KillSwitch;
  readonly clock: FakeClock;
  readonly storage: Storage;
  readonly events: KillEvent[];
}

/** A switch over `storage`, with {@link AGENT} enrolled: alive where it was never seen. */
export async function bench(
  storage: Storage = memory(),
  clock: FakeClock = fakeClock(),
  fresh = true,
  pollMs?: number,
): Promise<Bench> {
  const events: KillEvent[] = [];
  const kill = await open(storage, clock, events, ROSTER, pollMs);
  await kill.enrol(AGENT, fresh);
  return { kill, clock, storage, events };
}

/** The process starts again over the same store: a new switch, nothing fresh. */
export const restart = ({ storage }: Bench, clock: FakeClock = fakeClock()): Promise<Bench> =>
  bench(storage, clock, false);

export const open = (
  storage: Storage,
  clock: Clock & Timer,
  events: KillEvent[] = [],
  roster: Operators = ROSTER,
  pollMs?: number,
): Promise<KillSwitch> =>
  createKillSwitch({
    storage,
    clock,
    timer: clock,
    operators: roster,
    recovery: { scoreRecovered: () => Promise.resolve(true) },
    emit: (event) => void events.push(event),
    ...(pollMs === undefined ? {} : { pollMs }),
  });

/** The same storage, as another process may write to it as well. */
export const shared = (storage: Storage = memory()): Storage => ({ ...storage, shared: true });

/** A storage whose store is wrapped. */
export const withStore = (storage: Storage, wrap: (store: Store) => Partial<Store>): Storage => ({
  ...storage,
  store: { ...storage.store, ...wrap(storage.store) },
});

const SIGNERS = Array.from({ length: 6 }, (_, i) => testSigner(i));

const operator = (i: number, human: string, privileges: readonly Privilege[]): Operator => {
  const { kid, publicKey } = signerOf(i);
  return { id: `operator-${i}`, kid, publicKey, human, level: 3, privileges };
};

const signerOf = (i: number): (typeof SIGNERS)[number] => {
  const signer = SIGNERS[i];
  if (signer === undefined) throw new Error(`no signer ${i}`);
  return signer;
};

/** 0 and 1: two people who may do both. 2: the second key of person 0. 3: may only kill. 4: may only review. 5: unknown. */
const OPERATORS: readonly Operator[] = [
  operator(0, 'ann', ['kill:order', 'kill:reinstate']),
  operator(1, 'bob', ['kill:order', 'kill:reinstate']),
  operator(2, 'ann', ['kill:order', 'kill:reinstate']),
  operator(3, 'cleo', ['kill:order']),
  operator(4, 'dan', ['review:final', 'intervene:terminate']),
];

export const ROSTER: Operators = {
  byKid: (kid) => Promise.resolve(OPERATORS.find((one) => one.kid === kid)),
};

/** An order about {@link AGENT} in epoch 1, unless said otherwise. */
export const order = (parts: Partial<Order> = {}): Order => ({
  target: AGENT,
  epoch: asEpoch(1),
  reason: 'manual_operator_action',
  notAfter: 1_700_000_600_000,
  ...parts,
});

const AT = 1_700_000_000_000;

export const killOrder = (by: number, parts: Partial<Order> = {}): Promise<Envelope> =>
  signKillOrder(order({ epoch: asEpoch(0), ...parts }), signerOf(by), AT);

export const reinstateOrder = (by: number, parts: Partial<Order> = {}): Promise<Envelope> =>
  signReinstateOrder(order(parts), signerOf(by), AT);
