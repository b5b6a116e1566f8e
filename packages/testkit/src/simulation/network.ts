import { type Clock, type PubSub, type Timer, TtpError } from '@ttp/core';
import { hex } from '@ttp/crypto';
import type { SeededRandom } from '../seed/random.js';
import { type FaultCounter, faultCounter } from './faults.js';
import type { RunTrace } from './trace.js';

/** Every kind of fault a {@link SimulatedNetwork} has. */
export const NETWORK_FAULTS = ['drop', 'delay', 'reorder', 'duplicate', 'partition'] as const;
export type NetworkFault = (typeof NETWORK_FAULTS)[number];

/** How often a message meets which fault, as probabilities, and how long it takes, ms. */
export interface LinkQuality {
  readonly drop: number;
  readonly delay: number;
  readonly reorder: number;
  readonly duplicate: number;
  /** The usual way takes from `minMs` to `maxMs`. */
  readonly minMs: number;
  readonly maxMs: number;
  /** What a delayed or overtaken message takes on top, at most. */
  readonly lateMs: number;
}

/** Links without faults: 1 to 10 ms, in order. */
export const CALM: LinkQuality = {
  drop: 0,
  delay: 0,
  reorder: 0,
  duplicate: 0,
  minMs: 1,
  maxMs: 10,
  lateMs: 1000,
};

/**
 * A link quality of its own for each seed, some faults often and some not at all: runs with every fault at a
 * middling rate miss the bugs that need one fault much and another never (swarm testing, Groce et al., 2012).
 */
export function drawLinkQuality(random: SeededRandom): LinkQuality {
  const rate = (): number => random.pick([0, 0, 0.01, 0.1, 0.3]);
  return { ...CALM, drop: rate(), delay: rate(), reorder: rate(), duplicate: rate() };
}

/** What {@link simulatedNetwork} takes. */
export interface SimulatedNetworkOptions {
  /** Drives the deliveries: nothing arrives until it is advanced. */
  readonly clock: Clock & Timer;
  /** {@link CALM} when left out. */
  readonly quality?: LinkQuality;
  readonly counter?: FaultCounter<NetworkFault>;
  readonly trace?: RunTrace;
}

/** A bus between named parties. */
export interface SimulatedNetwork {
  /** The end of one party: what others publish arrives there, what it publishes itself does not. */
  join(name: string): PubSub;
  /**
   * Cuts the network between groups of parties; whoever is in none of them is in one more group with the others of
   * that kind. What is on its way across a cut is lost.
   */
  partition(...groups: readonly (readonly string[])[]): void;
  /** Ends the partition. */
  heal(): void;
  /** Changes the links from now on: `setQuality(CALM)` and `heal()` begin the part of a run that tests liveness. */
  setQuality(quality: LinkQuality): void;
  readonly counter: FaultCounter<NetworkFault>;
}

interface Subscription {
  readonly topic: string;
  readonly fn: (bytes: Uint8Array, from: string) => void;
}

interface Message {
  readonly from: string;
  readonly to: string;
  readonly topic: string;
  /** Its place among those on the same link. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** One direction between two parties. */
interface Link {
  /** Before this moment, monotonic ms, nothing arrives that keeps the order. */
  busyUntil: number;
  sent: number;
  /** The highest number of a message that arrived. */
  arrived: number;
}

/**
 * A network whose every fault follows from a seed, between parties in one process.
 *
 * @throws `join` and `setQuality`: TESTKIT_BAD_ARGUMENT
 */
export function simulatedNetwork(random: SeededRandom, options: SimulatedNetworkOptions): SimulatedNetwork {
  const { clock, counter = faultCounter(NETWORK_FAULTS), trace } = options;
  let quality = checked(options.quality ?? CALM);
  let groupOf = new Map<string, number>();
  const parties = new Map<string, Set<Subscription>>();
  const links = new Map<string, Link>();

  function linkOf(name: string): Link {
    let link = links.get(name);
    if (link === undefined) links.set(name, (link = { busyUntil: 0, sent: 0, arrived: -1 }));
    return link;
  }

  const usual = (): number => quality.minMs + random.int(quality.maxMs - quality.minMs + 1);
  const late = (): number => random.int(quality.lateMs + 1);

  function note(what: string, { from, to, topic, number, bytes }: Message): void {
    trace?.note(JSON.stringify([clock.monotonic(), what, from, to, topic, number, hex(bytes)]));
  }

  function strikes(kind: 'drop' | 'delay' | 'reorder' | 'duplicate', message: Message): boolean {
    if (!random.chance(quality[kind])) return false;
    // A reordering is counted where the message is really overtaken, on arrival.
    if (kind !== 'reorder') counter.hit(kind);
    note(kind, message);
    return true;
  }

  function isCut(message: Message): boolean {
    if (groupOf.get(message.from) === groupOf.get(message.to)) return false;
    counter.hit('partition');
    note('partition', message);
    return true;
  }

  function send(message: Message, link: Link): void {
    if (isCut(message) || strikes('drop', message)) return;
    const arrive = (): void => deliver(message, link);
    if (strikes('duplicate', message)) clock.after(usual() + late(), arrive);
    if (strikes('reorder', message)) clock.after(usual() + late(), arrive);
    else {
      const way = usual() + (strikes('delay', message) ? late() : 0);
      link.busyUntil = Math.max(link.busyUntil, clock.monotonic() + way);
      clock.after(link.busyUntil - clock.monotonic(), arrive);
    }
  }

  function deliver(message: Message, link: Link): void {
    if (isCut(message)) return;
    const { from, to, topic, number, bytes } = message;
    if (number < link.arrived) counter.hit('reorder');
    link.arrived = Math.max(link.arrived, number);
    note('arrives', message);
    const subscriptions = parties.get(to) ?? new Set();
    for (const subscription of [...subscriptions].filter((one) => one.topic === topic))
      if (subscriptions.has(subscription)) subscription.fn(bytes.slice(), from);
  }

  return {
    counter,
    join(name) {
      if (parties.has(name)) throw new TtpError('TESTKIT_BAD_ARGUMENT', `${name} has joined already`);
      const subscriptions = new Set<Subscription>();
      parties.set(name, subscriptions);
      return {
        async publish(topic, bytes) {
          for (const to of parties.keys()) {
            if (to === name) continue;
            const link = linkOf(JSON.stringify([name, to]));
            send({ from: name, to, topic, number: link.sent++, bytes: bytes.slice() }, link);
          }
        },
        subscribe(topic, fn) {
          const subscription = { topic, fn };
          subscriptions.add(subscription);
          return () => void subscriptions.delete(subscription);
        },
      };
    },
    partition(...groups) {
      groupOf = new Map(groups.flatMap((names, group) => names.map((name) => [name, group] as const)));
    },
    heal() {
      groupOf = new Map();
    },
    setQuality(next) {
      quality = checked(next);
    },
  };
}

function checked(quality: LinkQuality): LinkQuality {
  const { minMs, maxMs, lateMs, ...probabilities } = quality;
  const wrong =
    Object.values(probabilities).some((p) => !(p >= 0 && p <= 1)) ||
    [minMs, maxMs, lateMs].some((ms) => !Number.isSafeInteger(ms) || ms < 0) ||
    minMs > maxMs;
  if (wrong) throw new TtpError('TESTKIT_BAD_ARGUMENT', `not a link quality: ${JSON.stringify(quality)}`);
  return quality;
}
