import { base64url, decodeEnvelope, encodeEnvelope, hex, utf8 } from '@ttp/crypto';
import {
  CALM,
  drawLinkQuality,
  type FaultCounter,
  type LinkQuality,
  type NetworkFault,
  type SeededRandom,
  simulatedNetwork,
} from '@ttp/testkit';
import type { Floor, PolicyText } from '../../src/index.js';
import { ALICE, BOB, CAROL, keyOf, policyText, START, sentAs } from '../rig.js';
import { type EventQueue, eventQueue } from './event-queue.js';
import { EvilParty, type PeerAttack } from './evil.js';
import { Party, type StepFunction } from './party.js';
import type { Suite } from './suite.js';

/** What somebody on the network does who holds nobody's key but its own. */
export const NETWORK_ATTACKS = ['replay', 'reflect', 'alter', 'third-party', 'cross-session'] as const;
export type NetworkAttack = (typeof NETWORK_ATTACKS)[number];

/** Everything else that a schedule can have in it. */
export const EVENTS = ['crash', 'skew', 'partition-healed'] as const;
export type SimulatedEvent = (typeof EVENTS)[number];

export interface Counters {
  readonly network: FaultCounter<NetworkFault>;
  readonly attacks: FaultCounter<NetworkAttack>;
  readonly peer: FaultCounter<PeerAttack>;
  readonly events: FaultCounter<SimulatedEvent>;
}

/** One finished schedule. */
export interface World {
  readonly a: Party;
  readonly b: Party;
  /** Which side kept no rules, if any. */
  readonly evil: 'a' | 'b' | undefined;
  readonly isCalm: boolean;
  readonly clock: EventQueue;
}

/** A session ends 90 s after the offer; the offer waits 30 s, clocks are a minute apart, and then some. */
const LONGEST_MS = 200_000;
const TICK_MS = 5000;
const TOPIC = 'negotiation';

const OFFERED = { capabilities: ['data:read', 'data:write'] };
/** What sides choose from: some of it comes together, some does not. */
const PROPOSALS: readonly PolicyText[] = [
  policyText({}, 'p0'),
  policyText({ requirements: { purpose: 'support' } }, 'p1'),
  policyText({ requirements: { purpose: 'billing' } }, 'p2'),
  policyText({ requirements: { minTrustScore: 40, requiredCapabilities: ['data:read'] } }, 'p3'),
  policyText({ requirements: { minTrustScore: 70 }, offers: OFFERED }, 'p4'),
  policyText({ requirements: { purpose: 'support', compliance: ['SOC2'] }, offers: OFFERED }, 'p5'),
  policyText({ offers: { ...OFFERED, rateLimit: { requests: 5, windowMs: 1000 } } }, 'p6'),
].map(sentAs);

/** Plays one schedule: two sides, one network, one attacker on it, and perhaps one side that keeps no rules. */
export function play(random: SeededRandom, suite: Suite, step: StepFunction, counters: Counters): World {
  const clock = eventQueue(START);
  const isCalm = random.chance(0.1);
  const rate = (): number => (isCalm ? 0 : random.pick([0, 0, 0.05, 0.2]));
  const quality: LinkQuality = isCalm
    ? CALM
    : { ...drawLinkQuality(random), lateMs: random.pick([1000, 40_000]) };
  const network = simulatedNetwork(random, { clock, quality, counter: counters.network });
  const evil = isCalm || random.chance(0.5) ? undefined : random.pick(['a', 'b'] as const);
  const crashRate = rate();
  const session = base64url(random.bytes(32));

  const make = (name: 'a' | 'b'): Party => {
    const [role, signer, peer] =
      name === 'a' ? (['initiator', ALICE, BOB] as const) : (['responder', BOB, ALICE] as const);
    const bus = network.join(name);
    const floor: Floor = random.chance(0.2) ? { requirements: { minTrustScore: 50 } } : {};
    const skew = isCalm ? 0 : random.pick([0, 0, random.int(50_001) - 25_000]);
    if (skew !== 0) counters.events.hit('skew');
    const input = {
      role,
      signer,
      peer,
      session,
      proposals: random.shuffle(PROPOSALS).slice(0, 1 + random.int(3)),
      floor,
      clock,
      skew,
      random,
      suite,
      step,
      keyOf,
      publish: (text: string) => void bus.publish(TOPIC, utf8(text)),
      crashes() {
        const falls = name !== evil && random.chance(crashRate);
        if (falls) counters.events.hit('crash');
        return falls;
      },
    };
    const party =
      name === evil
        ? new EvilParty(input, random.pick([0.2, 0.6]), (attack) => counters.peer.hit(attack))
        : new Party(input);
    bus.subscribe(TOPIC, (bytes) => party.receive(text(bytes)));
    return party;
  };
  const [a, b] = [make('a'), make('b')];
  joinMallory({ network: network.join('mallory'), random, suite, clock, rate: rate(), counters });

  b.start();
  a.start();
  const beat = (): void => {
    for (const party of [a, b]) if (!party.isOver()) party.tick();
    if (!(a.isOver() && b.isOver())) clock.after(TICK_MS, beat);
  };
  clock.after(TICK_MS, beat);
  if (!isCalm && random.chance(0.2)) {
    clock.after(random.int(20_000), () => network.partition(['a'], ['b', 'mallory']));
    clock.after(20_000 + random.int(20_000), () => {
      network.heal();
      counters.events.hit('partition-healed');
    });
  }
  clock.runUntil(LONGEST_MS);
  return { a, b, evil, isCalm, clock };
}

const decoder = new TextDecoder();
const text = (bytes: Uint8Array): string => decoder.decode(bytes);

interface Attacker {
  readonly network: ReturnType<ReturnType<typeof simulatedNetwork>['join']>;
  readonly random: SeededRandom;
  readonly suite: Suite;
  readonly clock: EventQueue;
  readonly rate: number;
  readonly counters: Counters;
}

/** Mallory hears everything, and says what it likes: old messages, altered ones, its own, and those of other sessions. */
function joinMallory({ network, random, suite, clock, rate, counters }: Attacker): void {
  const heard: string[] = [];
  const say = (kind: NetworkAttack, message: string): void => {
    counters.attacks.hit(kind);
    clock.after(random.int(20_000), () => void network.publish(TOPIC, utf8(message)));
  };
  network.subscribe(TOPIC, (bytes) => {
    const message = text(bytes);
    heard.push(message);
    if (!random.chance(rate)) return;
    const envelope = decodeEnvelope(message);
    switch (random.pick(NETWORK_ATTACKS)) {
      case 'replay':
        say('replay', random.pick(heard));
        break;
      case 'reflect':
        // Everybody on the topic hears it, its author included.
        say('reflect', message);
        break;
      case 'alter':
        say('alter', encodeEnvelope({ ...envelope, body: { ...envelope.body, round: 1 + random.int(4) } }));
        break;
      case 'third-party': {
        const head = { ...envelope.head, iss: CAROL.did };
        const unsigned = { ...envelope, head };
        const type = envelope.type as Parameters<Suite['sign']>[1]['type'];
        say('third-party', encodeEnvelope({ ...unsigned, sigs: [suite.sign(CAROL, { ...unsigned, type })] }));
        break;
      }
      case 'cross-session': {
        // What an honest side signed for another session: with a key that stayed with it, for another one to hear.
        const signer = envelope.head.iss === ALICE.did ? ALICE : BOB;
        const body = { ...envelope.body, session: hex(random.bytes(32)).slice(0, 43) };
        const type = envelope.type as Parameters<Suite['sign']>[1]['type'];
        const unsigned = { head: envelope.head, body, type };
        say('cross-session', encodeEnvelope({ ...unsigned, sigs: [suite.sign(signer, unsigned)] }));
      }
    }
  });
}
