import {
  type ErrorCode,
  type Interaction,
  type ObligationHandler,
  type Observed,
  type Outcome,
  type Permit,
  type Profile,
  type Receipt,
  type Timer,
  TtpError,
} from '@ttp/core';
import type { KillSwitch, TraceLabels } from '@ttp/guard';
import type { Policy, PolicyLayers } from '@ttp/spl';
import type { Thresholds } from '@ttp/tre';
import { permitToBegin } from './begin.js';
import type { Behavior } from './behavior/behavior.js';
import type { Bounds } from './bounds.js';
import { isClean, isScannedBy } from './clean.js';
import {
  type Decided,
  type Permitted,
  requirePermission,
  requireSameLabels,
  requireSamePolicy,
  stillCurrent,
  verifyAndDecide,
} from './deciding.js';
import type { DecisionCache } from './decision-cache.js';
import type { ActingBy } from './delegation.js';
import { type Journal, openJournal } from './journal.js';
import { type Duties, resolveDuties } from './obligations.js';
import { isWatched, marksOf, mayHash, type Writer, watch, watchResult } from './observing.js';
import type { TtpMode } from './options.js';
import { type Closing, type OwnPermit, untilAborted } from './permit.js';
import { faultCode } from './plain.js';

/** What the flow runs on. */
export interface Flow {
  readonly kill: Pick<KillSwitch, 'epochOf' | 'permit' | 'refresh'>;
  readonly recorder: Writer;
  /** Whether verdicts are enforced, or only recorded. */
  readonly mode: TtpMode;
  readonly timer: Timer;
  /** Wall clock, ms, guarded: it throws when the clock was set back (flaw.H10). */
  readonly now: () => number;
  /** The same clock for stamps in the log: it never throws, so that the end is always recorded. */
  readonly stamp: () => number;
  /** The armed policy. Throws when it may not be used. */
  readonly policy: () => Policy | PolicyLayers;
  readonly thresholds: Thresholds;
  readonly handlers: ReadonlyMap<string, ObligationHandler>;
  /** What kinds of data came up in the trace: more of them while a call waits may make its decision stricter. */
  readonly labels: Pick<TraceLabels, 'of' | 'watch'>;
  readonly closing: Closing;
  /** What every interaction obliges to, whatever its profile. */
  readonly obliges: Bounds['obligations'];
  /** By whose leave the agent acts, where it does so by somebody's. */
  readonly leave: ActingBy | undefined;
  /** Watches what the agent does, where the policy or the host asks for it. */
  readonly behavior: Behavior | undefined;
  /** What earlier decisions rested on, where the host has one. */
  readonly cache?: DecisionCache | undefined;
}

/** What is known of an interaction once everything before its effect is done. */
interface Cleared {
  readonly own: OwnPermit;
  readonly decided: Decided;
  readonly duties: Duties;
  readonly intent: Receipt;
  /** Whether the interaction was scanned and has nothing in it that must not be kept. */
  readonly isScanned: boolean;
  /** What would have become of it; undefined where it is enforced. */
  readonly would: Observed | undefined;
}

/** What is found out of an interaction on the way, for its end. */
type Known = { -readonly [K in keyof Cleared]?: Cleared[K] };

/**
 * The one flow of all six modes: alive? -> gather evidence -> decide -> resolve a handler for every obligation ->
 * checks -> holds -> current again -> first durable append -> `enter()` -> perform -> after -> holds settled ->
 * second durable append -> feedback (architecture.md section 2). It never throws: a fault blocks, fails or withholds.
 * In monitor mode checks, holds and what changes the result are replaced by what they would have done (docs/adr/0003).
 *
 * @param interaction as `readInteraction` gives it: plain and frozen
 */
export async function run<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  flow: Flow,
): Promise<Outcome<R>> {
  const journal = openJournal(flow.recorder, interaction, flow.stamp);
  const known: Known = {};
  let cleared: Cleared;
  try {
    const { agent } = interaction;
    const own = (known.own = await permitToBegin(agent, flow));
    const { permit } = own;
    permit.enter();
    const moved = flow.labels.watch();
    const first = (known.decided = await verifyAndDecide(profile, interaction, permit, flow));
    const watched = isWatched(first, flow) ? watch(profile, interaction, first, flow) : undefined;
    const permitted = watched?.decided ?? requirePermission(profile, interaction, first, flow);
    const { duties, isScanned } =
      watched === undefined
        ? await enforce(interaction, permitted, permit, known, flow)
        : { duties: watched.duties, isScanned: isClean(interaction, flow) };
    known.isScanned = isScanned;
    const would = (known.would = watched?.would);
    const decided =
      watched === undefined
        ? await stillCurrent(profile, interaction, permit, permitted, { flow, moved })
        : watched.decided;
    known.decided = decided;
    if (would !== undefined) journal.mark(marksOf(would));
    const intent = (known.intent = await journal.intent(decided, isScanned));
    // The append may have taken long: what another result brought meanwhile counts, and so does another policy (law.P-11).
    if (watched === undefined)
      while (moved()) await requireSameLabels(profile, interaction, permit, decided, flow);
    requireSamePolicy(decided, flow);
    cleared = { own, decided, duties, intent, isScanned, would };
    permit.enter(); // nothing is awaited between this line and the effect (flaw.K1)
  } catch (error) {
    known.isScanned ??= isClean(interaction, flow);
    const code = faultCode(error, 'SDK_OBLIGATION_FAILED');
    flow.behavior?.ended(interaction, { status: 'blocked', code }, known.decided, flow.behavior.time());
    return await blocked(journal, code, known);
  }
  return await finish(profile, interaction, journal, cleared, flow.behavior);
}

/** All checks, then all holds. What was held is known at once, so that it is given back whatever follows. */
async function enforce(
  interaction: Interaction,
  permitted: Permitted,
  { signal }: Permit,
  known: Known,
  { handlers }: Flow,
): Promise<Pick<Cleared, 'duties' | 'isScanned'>> {
  const duties = (known.duties = resolveDuties(permitted.obligations, handlers));
  duties.check(interaction);
  const isScanned = (known.isScanned = isScannedBy(permitted) || isClean(interaction, { handlers }));
  await duties.hold(interaction, permitted.decision, signal);
  return { duties, isScanned };
}

/** Nothing happened. A denial joins the next batch; an intent that is already in the log gets its end there, durably. */
async function blocked<R>(
  journal: Journal,
  code: ErrorCode,
  { own, decided, duties, intent, isScanned = false }: Partial<Cleared>,
): Promise<Outcome<R>> {
  own?.dispose('nothing');
  let fault = await duties?.release();
  let receipt: Receipt | undefined;
  try {
    if (intent === undefined) await journal.blocked(code, decided, isScanned);
    else receipt = await journal.finished('not-performed', code);
  } catch (error) {
    fault ??= faultCode(error, 'SDK_AUDIT_FAILED');
  }
  return {
    status: 'blocked',
    code,
    ...(decided === undefined ? {} : { decision: decided.decision }),
    ...(receipt === undefined ? {} : { receipt }),
    ...(fault === undefined ? {} : { auditFault: fault }),
  };
}

/** From here on the effect may have happened: nothing that goes wrong loses the outcome. Never throws. */
async function finish<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  journal: Journal,
  cleared: Cleared,
  behavior: Behavior | undefined,
): Promise<Outcome<R>> {
  const { duties, intent } = cleared;
  const began = behavior?.time() ?? 0;
  const ended = await performed(profile, interaction, cleared);
  // Before anything is awaited: what this outcome trips stops every effect that has not begun.
  behavior?.ended(interaction, asSeen(profile, ended), cleared.decided, began);
  // Frozen: whoever is told of an outcome cannot make another one of it.
  let outcome: Outcome<R> = Object.freeze({ ...ended, receipt: intent });
  const held = await duties.settle(outcome);
  if (held !== undefined) outcome = withFault(outcome, held);
  try {
    const { observed } = ended;
    if (observed !== undefined) journal.mark(marksOf(observed));
    const value = ended.status === 'done' && mayHash(observed) ? ended.value : undefined;
    const receipt = await journal.finished(
      ended.status,
      ended.status === 'done' ? undefined : ended.code,
      value,
    );
    outcome = Object.freeze({ ...outcome, receipt });
  } catch (error) {
    outcome = withFault(outcome, faultCode(error, 'SDK_AUDIT_FAILED'));
  }
  try {
    await profile.feedback?.(interaction, outcome);
  } catch (error) {
    outcome = withFault(outcome, faultCode(error, 'SDK_FEEDBACK_FAILED'));
  }
  return outcome;
}

/** What it came to, as far as behaviour goes: a result that says that the tool failed is a failure. */
function asSeen<R>(
  { failed }: Pick<Profile<never, R>, 'failed'>,
  ended: Ended<R>,
): Parameters<Behavior['ended']>[1] {
  if (ended.status !== 'done' || failed === undefined) return ended;
  try {
    return failed(ended.value) ? { ...ended, status: 'failed' } : ended;
  } catch {
    return { ...ended, status: 'failed' };
  }
}

type Ended<R> =
  | Omit<Extract<Outcome<R>, { status: 'done' }>, 'receipt'>
  | Extract<Outcome<R>, { status: 'failed' | 'withheld' }>;

/** ENFORCE: the effect, aborted by a kill; then what the obligations do to its result. */
async function performed<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  { own, decided: { decision }, duties, would }: Cleared,
): Promise<Ended<R>> {
  const { permit } = own;
  let value: R;
  try {
    value = await untilAborted(profile.perform(interaction, permit), permit.signal);
    permit.signal.throwIfAborted();
  } catch (error) {
    // An effect that heeds its signal throws an error of its own; the cause is what aborted it.
    const cause: unknown = permit.signal.aborted ? permit.signal.reason : error;
    own.dispose('nothing');
    return { status: 'failed', code: faultCode(cause, 'SDK_PERFORM_FAILED'), decision, ...seen(would) };
  }
  own.end();
  try {
    if (isStream(value)) throw new TtpError('SDK_STREAM_RESULT', 'a stream is not one result');
    const ended =
      would === undefined
        ? // The handlers take text and JSON and give the same back, redacted: the shape the caller knows.
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion
          { value: (await untilAborted(duties.after(value, interaction), permit.signal)) as R }
        : {
            value,
            observed: await untilAborted(watchResult(value, { duties, would }, interaction), permit.signal),
          };
    permit.signal.throwIfAborted(); // whoever was killed meanwhile gets no data any more
    own.dispose('something');
    return { status: 'done', decision, ...ended };
  } catch (error) {
    own.dispose('nothing');
    const code = faultCode(error, 'SDK_OBLIGATION_FAILED');
    return { status: 'withheld', code, decision, ...seen(would) };
  }
}

const seen = (would: Observed | undefined): { readonly observed?: Observed } =>
  would === undefined ? {} : { observed: would };

/** What goes on after the effect could neither be scanned as a whole nor end where the log says that it ended. */
const isStream = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  [Symbol.asyncIterator, 'getReader'].some((name) => typeof Reflect.get(value, name) === 'function');

/** Keeps the first fault: it is the nearest to the cause. */
const withFault = <R>(outcome: Outcome<R>, code: ErrorCode): Outcome<R> =>
  outcome.auditFault === undefined ? Object.freeze({ ...outcome, auditFault: code }) : outcome;
