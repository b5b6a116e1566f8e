import type { Clock, Did, Rate, RateAnswer } from '@ttp/core';
import { RATE_KEYS_MAX } from '../limits.js';
import { keyPart } from '../records/key-part.js';
import { memoryRates } from './memory-rates.js';
import { PEER_RATES, type RateTable, TOPIC_RATES } from './tables.js';

/** Who asks: a peer that proved its identity, or an address that anybody can have. */
export type PeerSource = { readonly peer: Did } | { readonly address: string };

/** The limits of what peers do to this node. */
export interface PeerLimits {
  /**
   * Counts one operation or message of a topic.
   *
   * @throws GUARD_BAD_RATE for what has no rate here, GUARD_RATE_FULL, CORE_BAD_TIME
   */
  admit(source: PeerSource, what: string): RateAnswer;
}

/**
 * Limits peers: each by what it does and on which topic. Those without a proved identity are counted by address in a
 * table of their own, so that no flood of addresses takes a place from a peer, or uses up what is his (flaw.W2).
 *
 * @param rates by operation or topic: {@link PEER_RATES} and {@link TOPIC_RATES} unless given
 * @param keys most counts remembered of each of the two; {@link RATE_KEYS_MAX} unless given
 */
export function peerLimits({
  clock,
  rates = { ...PEER_RATES, ...TOPIC_RATES },
  keys = RATE_KEYS_MAX,
}: {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly rates?: RateTable;
  readonly keys?: number;
}): PeerLimits {
  const known = new Map(Object.entries(rates));
  const peers = memoryRates({ clock, keys });
  const addresses = memoryRates({ clock, keys });
  /** What has no rate is no operation: 0 of it is allowed, which no rate says. */
  const none: Rate = { requests: 0, windowMs: 0 };
  return {
    admit(source, what) {
      const [meter, name] = 'peer' in source ? [peers, source.peer] : [addresses, source.address];
      return meter.take(`${keyPart(name)}/${keyPart(what)}`, known.get(what) ?? none, 1);
    },
  };
}
