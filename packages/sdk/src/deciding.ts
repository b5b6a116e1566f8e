import {
  DECISION_OUTCOMES,
  type Decision,
  type Evidence,
  type Interaction,
  isJsonObject,
  type Obligation,
  type Permit,
  type Profile,
  TtpError,
} from '@ttp/core';
import { canonicalize, frozenJson } from '@ttp/crypto';
import { decide } from '@ttp/tre';
import { withKept } from './decision-cache.js';
import { gather, isFresh, namedNow } from './evidence.js';
import { hasSameLabels } from './labels.js';
import { untilAborted } from './permit.js';
import { frozen } from './plain.js';
import type { Flow } from './run.js';

/** What was verified and what was decided. Frozen: no source, handler or profile changes it afterwards. */
export interface Decided {
  readonly evidence: Evidence;
  readonly decision: Decision;
}

/** A decision that permits, and all that is to be done for it. */
export interface Permitted extends Decided {
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
  // Who acts by another's leave is asked about it each time.
  const cache = flow.leave === undefined ? flow.cache : undefined;
  const own = profile.evidence.map(namedNow);
  const sources = flow.leave?.narrowed(own) ?? own;
  const moment = { policy: policy.hash, epoch, drops: cache?.drops ?? 0, now: flow.now() };
  const known = cache?.find(interaction, moment);

  async function decideOver(facts: Evidence['facts']): Promise<Decided> {
    const asked = sources.filter(({ name }) => !Object.hasOwn(facts, name));
    const gathered = await gather(asked, interaction, { epoch, signal, timer: flow.timer, now: flow.now });
    const evidence = frozenJson(withKept(gathered, facts));
    flow.behavior?.gathered(evidence);
    // One canonical form of it, for the log and for whoever is told its hash.
    const decision = decide({ interaction, evidence, policy, thresholds: flow.thresholds });
    return { evidence, decision: frozenJson(decision) };
  }

  const cached = known === undefined ? undefined : await decideOver(askedFor(known.facts, sources));
  const isCurrent = known?.onlyDenies === false && cache?.drops === moment.drops;
  if (cached !== undefined && (isCurrent || !permits(cached.decision))) return cached;
  const decided = await decideOver({});
  cache?.keep(interaction, moment, decided);
  return decided;
}

/** What is relied on of facts that are known: a call that has no source for one is decided without it. */
function askedFor(
  known: Evidence['facts'],
  sources: readonly { readonly name: string }[],
): Evidence['facts'] {
  const names = new Set(sources.map(({ name }) => name));
  return Object.fromEntries(Object.entries(known).filter(([name]) => names.has(name)));
}

const permits = ({ outcome }: Decision): boolean => outcome === 'allow' || outcome === 'warn';

/**
 * The policy's and the profile's obligations. A soft denial by risk becomes a question to a human where one can be
 * asked (decision D22); a denial by the policy never does: nobody overrides that but who signs policies.
 */
export function obligationsOf<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  { evidence, decision }: Decided,
  flow: Flow,
): readonly Obligation[] {
  const own = [
    ...profile.obligations(interaction, evidence, decision).map(readObligation),
    ...flow.obliges(interaction, evidence),
  ];
  const bare = [...decision.obligations, ...own];
  const asks = bare.some((o) => o.kind === 'approval');
  // A human who is asked anyway is asked once.
  const alarms = flow.behavior?.obligations().filter((o) => !asks || o.kind !== 'approval') ?? [];
  const all = [...bare, ...alarms];
  if (!asksHuman(decision, flow) || all.some((o) => o.kind === 'approval')) return all;
  const reason = `assessed risk ${decision.risk.level} (${decision.risk.score}/10000)`;
  return [...all, { kind: 'approval', from: 'risk', params: { reason, level: 1 } }];
}

/** A profile may be anybody's code: what it obliges to is read once. Throws SDK_UNKNOWN_OBLIGATION, CRYPTO_JSON_*. */
function readObligation(given: Obligation): Obligation {
  const copy = frozenJson<unknown>(given);
  if (isJsonObject(copy)) {
    const { kind, from, params } = copy;
    if (typeof kind === 'string' && typeof from === 'string' && isJsonObject(params))
      return frozen({ kind, from, params });
  }
  throw new TtpError('SDK_UNKNOWN_OBLIGATION', 'an obligation needs kind, from and params');
}

const asksHuman = (decision: Decision, flow: Flow): boolean =>
  decision.outcome === 'deny-soft' &&
  decision.effect !== 'deny' &&
  decision.humanOverridable &&
  flow.handlers.has('approval');

/** Whether a decision permits, or leaves it to a human who can be asked. */
export const isPermitted = (decision: Decision, flow: Flow): boolean =>
  permits(decision) || asksHuman(decision, flow);

/** The obligations of a decision that permits, or leaves it to a human. Throws SDK_DENIED for any other. */
export function requirePermission<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  decided: Decided,
  flow: Flow,
): Permitted {
  const { decision } = decided;
  if (isPermitted(decision, flow))
    return { ...decided, obligations: obligationsOf(profile, interaction, decided, flow) };
  const why = decision.reasons.map((reason) => reason.text).join('; ');
  throw new TtpError('SDK_DENIED', why === '' ? 'the decision denies' : why);
}

/** What a decision is held against before its effect. */
export interface Currency {
  readonly flow: Flow;
  /** Whether labels were added since it was asked last, to whatever trace. */
  readonly moved: () => boolean;
}

/**
 * What was decided before a hold that may have waited for a human, if it still holds: same epoch, same policy, fresh
 * evidence, the same labels of its trace. Otherwise everything is gathered and decided once more, and it goes on only if
 * nothing became stricter (decision D32): what was held covers the old obligations and no new one.
 *
 * @throws SDK_DECISION_STALE, SDK_DENIED, what gathering throws, and what `requireInForce` does where it acts by leave
 */
export async function stillCurrent<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  permit: Permit,
  before: Permitted,
  { flow, moved }: Currency,
): Promise<Permitted> {
  permit.enter();
  if (flow.leave !== undefined) await untilAborted(flow.leave.requireInForce(), permit.signal);
  const unchanged = flow.policy().hash === before.decision.inputs.policy;
  if (unchanged && isFresh(before.evidence, flow.now())) {
    if (!moved() || (await hasSameLabels(interaction, before, flow.labels))) return before;
  }
  return await decideAgain(profile, interaction, permit, before, flow);
}

/**
 * Throws SDK_DECISION_STALE, SDK_DENIED, or what gathering throws, where the trace has other labels than the decision
 * saw and is decided about more strictly with them.
 */
export async function requireSameLabels<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  permit: Permit,
  before: Permitted,
  flow: Flow,
): Promise<void> {
  if (await hasSameLabels(interaction, before, flow.labels)) return;
  await decideAgain(profile, interaction, permit, before, flow);
}

/** Gathers all of it and decides once more, whatever a cache knows. Throws where that came to anything stricter. */
async function decideAgain<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  permit: Permit,
  before: Permitted,
  flow: Flow,
): Promise<Permitted> {
  const decided = await verifyAndDecide(profile, interaction, permit, { ...flow, cache: undefined });
  const again = requirePermission(profile, interaction, decided, flow);
  const known = new Set(before.obligations.map(canonical));
  if (rank(again) > rank(before) || again.obligations.some((o) => !known.has(canonical(o))))
    throw new TtpError('SDK_DECISION_STALE', 'the decision became stricter while the interaction waited');
  return again;
}

/** Throws SDK_DECISION_STALE where another policy was armed since the decision. */
export function requireSamePolicy({ decision }: Decided, flow: Flow): void {
  if (flow.policy().hash !== decision.inputs.policy)
    throw new TtpError('SDK_DECISION_STALE', 'another policy was armed since the decision');
}

const rank = ({ decision }: Decided): number => DECISION_OUTCOMES.indexOf(decision.outcome);
const canonical = ({ kind, from, params }: Obligation): string => canonicalize({ kind, from, params });
