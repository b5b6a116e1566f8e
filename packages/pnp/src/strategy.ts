import type { Conflict } from './conflict.js';
import { fail } from './fail.js';
import { type Floor, weigh } from './floor.js';
import { MAX_ROUNDS } from './limits.js';
import { loadSent, type PolicyText } from './message.js';
import type { NegotiationDecision } from './negotiation.js';
import { policyOf } from './policies.js';

/** What a side has in front of it when it decides. */
export interface NegotiationView {
  /** What the peer proposed last. */
  readonly theirs: PolicyText;
  /** What this side proposed last; a responder may not have proposed anything yet. */
  readonly own?: PolicyText;
  readonly round: number;
  /** The peer accepted `own`: the answer is yes or no. */
  readonly accepted: boolean;
  /** What this side could propose, in order of preference. */
  readonly proposals: readonly PolicyText[];
  readonly floor?: Floor;
}

/** Policies as a side proposes them, checked. Throws PNP_BAD_PROPOSALS for none, PNP_UNKNOWN_CAPABILITY, the codes of `loadPolicy`. */
export function proposalsOf(texts: readonly string[]): readonly PolicyText[] {
  if (texts.length === 0) fail('PNP_BAD_PROPOSALS', 'no policy to propose', 'policies');
  return texts.map((text) => ({ hash: policyOf(text).hash, text }));
}

/**
 * The usual way to decide: accept with the first proposal, from the last one on, that has an agreement with what the
 * peer proposed; without one, counter with the next proposal while there are rounds; without one of those, reject and
 * say why. It never goes back to a proposal before the last one.
 */
export function decideByProposals(view: NegotiationView): NegotiationDecision {
  const { theirs, own, round, accepted, proposals, floor } = view;
  const peer = loadSent(theirs);
  const shown = proposals.findIndex(({ hash }) => hash === own?.hash);
  const open = accepted ? [own] : proposals.slice(Math.max(shown, 0));
  let reasons: readonly Conflict[] = [];
  for (const policy of open) {
    if (policy === undefined) continue;
    const { conflicts } = weigh(loadSent(policy), peer, floor);
    if (conflicts.length === 0) return accepted ? { do: 'accept' } : { do: 'accept', policy };
    if (reasons.length === 0) reasons = conflicts;
  }
  const next = proposals[shown + 1];
  if (accepted || next === undefined || round >= MAX_ROUNDS) return { do: 'reject', conflicts: reasons };
  return { do: 'counter', policy: next };
}
