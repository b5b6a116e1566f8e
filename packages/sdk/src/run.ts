import {
  codeOf,
  type ErrorCode,
  type Interaction,
  type ObligationHandler,
  type Outcome,
  type Permit,
  type Profile,
  type Receipt,
  type Timer,
  TtpError,
} from '@ttp/core';
import type { TraceRecorder } from '@ttp/etr-merkle/trace';
import type { KillSwitch } from '@ttp/guard';
import type { Policy } from '@ttp/spl';
import type { Thresholds } from '@ttp/tre';
import { type Decided, requirePermission, stillCurrent, verifyAndDecide } from './deciding.js';
import { type Journal, openJournal } from './journal.js';
import { type Duties, resolveDuties } from './obligations.js';

/** What the flow runs on. */
export interface Flow {
  readonly kill: Pick<KillSwitch, 'epochOf' | 'permit'>;
  readonly recorder: TraceRecorder;
  readonly timer: Timer;
  /** Wall clock, ms, guarded: it throws when the clock was set back (flaw.H10). */
  readonly now: () => number;
  /** The same clock for stamps in the log: it never throws, so that the end is always recorded. */
  readonly stamp: () => number;
  /** The armed policy. Throws when it may not be used. */
  readonly policy: () => Policy;
  readonly thresholds: Thresholds;
  readonly handlers: ReadonlyMap<string, ObligationHandler>;
}

/** What is known of an interaction once everything before its effect is done. */
interface Cleared {
  readonly permit: Permit;
  readonly decided: Decided;
  readonly duties: Duties;
  readonly intent: Receipt;
}

/**
 * The one flow of all six modes: alive? -> gather evidence -> decide -> resolve a handler for every obligation ->
 * checks -> holds -> current again -> first durable append -> `enter()` -> perform -> after -> holds settled ->
 * second durable append -> feedback (architecture.md section 2). It never throws: a fault blocks, fails or withholds.
 */
export async function run<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  flow: Flow,
): Promise<Outcome<R>> {
  const journal = openJournal(flow.recorder, interaction, flow.stamp);
  const known: { -readonly [K in keyof Cleared]?: Cleared[K] } = {};
  let cleared: Cleared;
  try {
    const permit = flow.kill.permit(interaction.agent, flow.kill.epochOf(interaction.agent));
    permit.enter();
    known.decided = await verifyAndDecide(profile, interaction, permit, flow);
    requirePermission(known.decided, flow);
    const duties = resolveDuties(known.decided.obligations, flow.handlers);
    known.duties = duties;
    duties.check(interaction);
    await duties.hold(interaction, known.decided.decision, permit.signal);
    const decided = await stillCurrent(profile, interaction, permit, known.decided, flow);
    known.decided = decided;
    const intent = await journal.intent(decided);
    known.intent = intent;
    cleared = { permit, decided, duties, intent };
    permit.enter(); // nothing is awaited between this line and the effect (flaw.K1)
  } catch (error) {
    return await blocked(journal, codeOf(error, 'SDK_OBLIGATION_FAILED'), known);
  }
  return await finish(profile, interaction, journal, cleared);
}

/** Nothing happened. A denial joins the next batch; an intent that is already in the log gets its end there, durably. */
async function blocked<R>(
  journal: Journal,
  code: ErrorCode,
  { decided, duties, intent }: Partial<Cleared>,
): Promise<Outcome<R>> {
  let fault = await duties?.release();
  let receipt: Receipt | undefined;
  try {
    if (intent === undefined) await journal.blocked(code, decided);
    else receipt = await journal.finished('not-performed', code);
  } catch (error) {
    fault ??= codeOf(error, 'SDK_AUDIT_FAILED');
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
  { permit, decided, duties, intent }: Cleared,
): Promise<Outcome<R>> {
  const ended = await performed(profile, interaction, permit, decided, duties);
  let outcome: Outcome<R> = { ...ended, receipt: intent };
  const held = await duties.settle(outcome);
  if (held !== undefined) outcome = withFault(outcome, held);
  try {
    const value = ended.status === 'done' ? ended.value : undefined;
    const receipt = await journal.finished(
      ended.status,
      ended.status === 'done' ? undefined : ended.code,
      value,
    );
    outcome = { ...outcome, receipt };
  } catch (error) {
    outcome = withFault(outcome, codeOf(error, 'SDK_AUDIT_FAILED'));
  }
  try {
    await profile.feedback?.(interaction, outcome);
  } catch (error) {
    outcome = withFault(outcome, codeOf(error, 'SDK_FEEDBACK_FAILED'));
  }
  return outcome;
}

type Ended<R> =
  | Omit<Extract<Outcome<R>, { status: 'done' }>, 'receipt'>
  | Extract<Outcome<R>, { status: 'failed' | 'withheld' }>;

/** ENFORCE: the effect, aborted by a kill; then what the obligations do to its result. */
async function performed<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  permit: Permit,
  { decision }: Decided,
  duties: Duties,
): Promise<Ended<R>> {
  let value: R;
  try {
    value = await untilAborted(profile.perform(interaction, permit), permit.signal);
    if (permit.signal.aborted) throw abortedBy(permit.signal);
  } catch (error) {
    return { status: 'failed', code: codeOf(error, 'SDK_PERFORM_FAILED'), decision };
  }
  try {
    // The handlers take text and JSON and give the same back, redacted: the shape the caller knows.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return { status: 'done', decision, value: (await duties.after(value, interaction)) as R };
  } catch (error) {
    return { status: 'withheld', code: codeOf(error, 'SDK_OBLIGATION_FAILED'), decision };
  }
}

/** Settles with the effect, or fails as soon as the agent is killed, even where the effect ignores its signal. */
async function untilAborted<R>(effect: Promise<R>, signal: AbortSignal): Promise<R> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(abortedBy(signal));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([effect, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The latch aborts with its own coded error; anything else that aborted counts as a kill. */
const abortedBy = (signal: AbortSignal): TtpError =>
  new TtpError(codeOf(signal.reason, 'GUARD_KILLED'), 'the agent was killed while the effect was under way');

/** Keeps the first fault: it is the nearest to the cause. */
const withFault = <R>(outcome: Outcome<R>, code: ErrorCode): Outcome<R> =>
  outcome.auditFault === undefined ? { ...outcome, auditFault: code } : outcome;
