import type { Epoch, Evidence, Fact, Hash, Interaction } from '@ttp/core';
import { hashData } from '@ttp/crypto';
import type { Decided } from './deciding.js';
import { isFresh } from './evidence.js';
import { DECISION_CACHE_MAX_AGE_MS, DECISION_CACHE_MAX_ENTRIES } from './limits.js';

/** What a decision is kept under, beside the call. */
export interface CacheMoment {
  /** Hash of the policy in force. */
  readonly policy: Hash;
  readonly epoch: Epoch;
  /** `drops` of the cache before anything was gathered: what was known until it is told counts as known before. */
  readonly drops: number;
  /** Wall clock, ms. */
  readonly now: number;
}

/** What an earlier decision about the same call rested on. */
export interface CachedFacts {
  readonly facts: Evidence['facts'];
  /** It denied, and in an earlier kill epoch or before the cache was told: whatever permits now is gathered for anew. */
  readonly onlyDenies: boolean;
}

/**
 * What decisions rested on, by policy, kill epoch and call (flaw.O6). The facts that say who somebody is and what is
 * thought of them are kept, and nothing that moves with every call: activity, windows, labels, anomalies, overrides and
 * whatever a call brings along under another name are asked for each time, and the decision itself is made anew over all
 * of it. A call gets no fact from here that it has no source for. So what is recorded replays, and a cache changes
 * nothing but who is asked.
 */
export interface DecisionCache {
  /** What may be relied on for this call now. */
  find(interaction: Interaction, moment: CacheMoment): CachedFacts | undefined;
  /** Keeps what a decision rested on. */
  keep(interaction: Interaction, moment: CacheMoment, decided: Decided): void;
  /**
   * Forgets at once whatever permitted, also what is under way: an enforcement point calls it at every kill and
   * reinstatement, a host where a revocation or a security event has come in. Denials stay until they are too old: they
   * only deny.
   */
  drop(): void;
  /** How often it was told to. */
  readonly drops: number;
  readonly size: number;
}

interface Entry {
  readonly epoch: Epoch;
  readonly drops: number;
  readonly at: number;
  readonly facts: Evidence['facts'];
  readonly denied: boolean;
}

/** Facts that may be kept. Every other one moves with the calls, or with whoever makes them. */
const KEPT: readonly string[] = [
  'identity',
  'trust',
  'fraud',
  'capabilities',
  'grants',
  'vouch',
  'agent',
  'resource',
];

/** Whether a fact is asked for once and then relied on. */
const isKept = (name: string): boolean => KEPT.includes(name);

/**
 * A decision cache for one enforcement point, as `decisions` of `createTtp`.
 *
 * @param options `maxEntries`: calls that are kept, the oldest goes first; `maxAgeMs`: how long one is kept at most, and
 *   never longer than each of its facts says; both at most what they are unless given
 */
export function decisionCache({
  maxEntries = DECISION_CACHE_MAX_ENTRIES,
  maxAgeMs = DECISION_CACHE_MAX_AGE_MS,
}: {
  readonly maxEntries?: number;
  readonly maxAgeMs?: number;
} = {}): DecisionCache {
  const most = Math.min(maxEntries, DECISION_CACHE_MAX_ENTRIES);
  const age = Math.min(maxAgeMs, DECISION_CACHE_MAX_AGE_MS);
  const entries = new Map<string, Entry>();
  let drops = 0;
  return {
    find(interaction, { policy, epoch, now }) {
      const key = keyOf(interaction, policy);
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      const { at, facts, denied } = entry;
      const isCurrent = now >= at && now - at <= age && isFresh({ facts }, now);
      if (!isCurrent) {
        entries.delete(key);
        return undefined;
      }
      const onlyDenies = entry.epoch !== epoch || entry.drops !== drops;
      return onlyDenies && !denied ? undefined : { facts, onlyDenies };
    },
    keep(interaction, { policy, epoch, drops: before, now }, { evidence, decision }) {
      // What could not be had is asked for again: the next time it may be there.
      if (Object.keys(evidence.absent).length > 0 || most < 1) return;
      const key = keyOf(interaction, policy);
      const facts = Object.fromEntries(Object.entries(evidence.facts).filter(([name]) => isKept(name)));
      const denied = decision.outcome === 'deny-soft' || decision.outcome === 'deny-hard';
      entries.delete(key);
      for (const oldest of entries.keys()) {
        if (entries.size < most) break;
        entries.delete(oldest);
      }
      entries.set(key, { epoch, drops: before, at: now, facts, denied });
    },
    drop() {
      drops++;
      for (const [key, { denied }] of entries) if (!denied) entries.delete(key);
    },
    get drops() {
      return drops;
    },
    get size() {
      return entries.size;
    },
  };
}

/** Everything of a call but what tells it from the same one made again. */
function keyOf(interaction: Interaction, policy: Hash): string {
  const { id: _, trace: __, at: ___, ...call } = interaction;
  return `${policy} ${hashData(call)}`;
}

/** The evidence of now with the facts that are relied on; what was gathered stands above none of them. */
export const withKept = (gathered: Evidence, facts: { readonly [name: string]: Fact }): Evidence => ({
  ...gathered,
  facts: { ...gathered.facts, ...facts },
});
