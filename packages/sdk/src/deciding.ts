import {
  DECISION_OUTCOMES,
  type Decision,
  type Evidence,
  type Interaction,
  type Obligation,
  type Permit,
  type Profile,
  TtpError,
} from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
import { decide } from '@ttp/tre';
import { gather, isFresh } from './evidence.js';
import type { Flow } from './run.js';

/** What was verified, what was decided, and all that is to be done for it. */
export interface Decided {
  readonly evidence: Evidence;
  readonly decision: Decision;
  readonly obligations: readonly Obligation[];
}

/** VERIFY and DECIDE. The decision may be a denial: {@link requirePermission} says so. */
export async function verifyAndDecide<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  permit: Permit,
  flow: Flow,
): Promise<Decided> {
  const { epoch, signal } = permit;
  const policy = flow.policy();
  const evidence = await gather(profile.evidence, interaction, {
    epoch,
    signal,
    timer: flow.timer,
    now: flow.now,
  });
  const decision = decide({ interaction, evidence, policy, thresholds: flow.thresholds });
  return { evidence, decision, obligations: obligationsOf(profile, interaction, evidence, decision, flow) };
}

/**
 * The policy's and the profile's obligations. A soft denial by risk becomes a question to a human where one can be
 * asked (decision D22); a denial by the policy never does: nobody overrides that but who signs policies.
 */
function obligationsOf<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  evidence: Evidence,
  decision: Decision,
  flow: Flow,
): readonly Obligation[] {
  const all = [...decision.obligations, ...profile.obligations(interaction, evidence, decision)];
  if (!asksHuman(decision, flow) || all.some((o) => o.kind === 'approval')) return all;
  const reason = `assessed risk ${decision.risk.level} (${decision.risk.score}/10000)`;
  return [...all, { kind: 'approval', from: 'risk', params: { reason, level: 1 } }];
}

const asksHuman = (decision: Decision, flow: Flow): boolean =>
  decision.outcome === 'deny-soft' &&
  decision.effect !== 'deny' &&
  decision.humanOverridable &&
  flow.handlers.has('approval');

/** Throws SDK_DENIED unless the decision permits, or leaves it to a human. */
export function requirePermission({ decision }: Decided, flow: Flow): void {
  if (decision.outcome === 'allow' || decision.outcome === 'warn' || asksHuman(decision, flow)) return;
  const why = decision.reasons.map((reason) => reason.text).join('; ');
  throw new TtpError('SDK_DENIED', why === '' ? 'the decision denies' : why);
}

/**
 * What was decided before a hold that may have waited for a human, if it still holds: same epoch, same policy, fresh
 * evidence. Otherwise everything is gathered and decided once more, and it goes on only if nothing became stricter
 * (decision D32): what was held covers the old obligations and no new one.
 *
 * @throws SDK_DECISION_STALE, SDK_DENIED, or what gathering throws
 */
export async function stillCurrent<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  permit: Permit,
  before: Decided,
  flow: Flow,
): Promise<Decided> {
  permit.enter();
  const unchanged = flow.policy().hash === before.decision.inputs.policy;
  if (unchanged && isFresh(before.evidence, flow.now())) return before;
  const again = await verifyAndDecide(profile, interaction, permit, flow);
  requirePermission(again, flow);
  const known = new Set(before.obligations.map(canonical));
  const rank = (d: Decided): number => DECISION_OUTCOMES.indexOf(d.decision.outcome);
  if (rank(again) > rank(before) || again.obligations.some((o) => !known.has(canonical(o))))
    throw new TtpError('SDK_DECISION_STALE', 'the decision became stricter while the interaction waited');
  return again;
}

const canonical = ({ kind, from, params }: Obligation): string => canonicalize({ kind, from, params });
