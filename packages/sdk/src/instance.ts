import {
  type Clock,
  type Did,
  type Envelope,
  type ErrorCode,
  type EventType,
  type EvidenceSource,
  type Interaction,
  type JsonObject,
  type KillReason,
  type Outcome,
  type Permit,
  type Profile,
  type Random,
  type Receipt,
  type TraceId,
  TtpError,
} from '@ttp/core';
import { base64url, multikey } from '@ttp/crypto';
import type { ExportOptions, TraceRecorder } from '@ttp/etr-merkle/trace';
import type { BehaviorReport, KillResult, KillStatus, KillSwitch, TraceLabels } from '@ttp/guard';
import type { Oversight } from '@ttp/oversight';
import type { CallMap, Policy, PolicyLayers } from '@ttp/spl';
import { a2tProfile, type MappedCall, mapToolCall, readCall, type ToolCall } from './a2t.js';
import type { Activity } from './activity.js';
import { type Check, check, recordCheck, refusal } from './check.js';
import type { Controls } from './controls.js';
import { readInteraction } from './interaction.js';
import { openJournal } from './journal.js';
import { killTarget } from './kill-target.js';
import { type Labels, labelsOf } from './labels.js';
import { INTERACTION_ID_BYTES } from './limits.js';
import { type Note, requireNotable } from './note.js';
import type { TtpMode } from './options.js';
import { faultCode } from './plain.js';
import { type ApprovalRequest, requestApproval } from './request-approval.js';
import { type Flow, run } from './run.js';
import { localSource } from './sources.js';
import { type TraceView, viewTrace } from './trace-view.js';
import type { UnderWay } from './under-way.js';

/** An enforcement point, assembled. */
export interface Ttp {
  readonly did: Did;
  /** What is in force: one policy, or the layers of several. */
  readonly policy: Policy | PolicyLayers;
  /** `observe`: monitor mode, in which little is enforced (decision D37). */
  readonly mode: TtpMode;
  /** Multikey of the log key: what `verifyTrace` has to trust. */
  readonly logKey: string;
  /** Undefined where no operators are configured. */
  readonly oversight: Oversight | undefined;
  /**
   * A tool call: verified, decided, enforced, recorded. `perform` is called at most once, and only when everything
   * permits; it calls `permit.enter()` again before each further effect, and hands `permit.signal` on.
   */
  a2t<R>(call: ToolCall, perform: (permit: Permit) => Promise<R>): Promise<Outcome<R>>;
  /**
   * What {@link a2t} would come to now: decided in the same way and recorded as a check, while nothing is held, nobody
   * is asked and nothing happens. Advice and no permission: an effect needs its own call. It is no attempt either: no
   * rate counts it. Never throws; whoever is killed, and whatever goes wrong, is refused with a code.
   */
  check(call: ToolCall): Promise<Check>;
  /**
   * Asks operators about a call without making it: {@link check}, and where it needs an approval, the review that is
   * bound to exactly this call. Asked again it tells what became of that. Nothing is approved or used by it; the call
   * itself finds the decision.
   *
   * @throws SDK_CLOSED, OVERSIGHT_TOO_MANY_PENDING, OVERSIGHT_TOO_LARGE, OVERSIGHT_CONTENTION, and what the store throws
   */
  requestApproval(call: ToolCall): Promise<ApprovalRequest>;
  /**
   * The same flow for a profile of one's own. The interaction is read once and frozen; it is this agent's, of the
   * profile's mode, and its id is that of no other call under way. Anything else is blocked with SDK_BAD_CALL.
   */
  run<I extends Interaction, R>(profile: Profile<I, R>, interaction: I): Promise<Outcome<R>>;
  /**
   * Stops an agent, or all (`*`): the next effect, here, in this tick, is refused.
   *
   * @throws DID_UNRESOLVED for anything but a `did:ttp` or the policy's own name, CORE_UNKNOWN_TERM for a reason that is none
   */
  kill(agent: string, order: { readonly reason: KillReason; readonly message?: string }): KillResult;
  /** Revives, by orders that operators signed (decision D33). Throws CORE_CLOCK_REGRESSED, and what the orders are refused with. */
  reinstate(orders: readonly (Envelope | string)[]): Promise<void>;
  isKilled(agent?: Did): boolean;
  /** The kill record of this agent, or the one for all (`*`): why, since when, by whom. */
  killStatus(target?: '*'): KillStatus;
  /** For the notices of other enforcement points, for those who depend on who was stopped, and for appeals. */
  readonly killSwitch: Pick<KillSwitch, 'receive' | 'suspend' | 'appeal'>;
  /**
   * Records an event of the embedding component in this instance's trace, durably: a finding, a pin, a quarantine.
   *
   * @param component who says so: 1 to 32 of `a-z0-9-`; `sdk` when left out
   * @throws SDK_BAD_NOTE for types that others record and for a component that is no name, SDK_CLOSED, ETR_*
   */
  note(type: EventType, subject: string, data: JsonObject, component?: string): Promise<Receipt>;
  /** What kinds of data came up in a trace, as `trace.labels` of a policy knows it. */
  readonly labels: Labels;
  /** A trace by its id; this instance's own when left out. */
  trace(id?: TraceId): TraceView;
  /** What is known of the agent's use of resources, and its alarms; undefined where neither policy nor host asks for a watch. */
  behavior(): BehaviorReport | undefined;
  /** A checkpoint of the log that covers everything acknowledged. */
  checkpoint(): Promise<string>;
  /** The log as a bundle that anybody verifies offline. */
  exportBundle(options?: ExportOptions): Promise<string>;
  /**
   * No effect begins any more. Waits for the calls under way, at most CLOSE_GRACE_MS before it aborts them, then
   * writes what is queued and stops the timers. Later calls are refused with SDK_CLOSED; a kill is still taken.
   */
  close(): Promise<void>;
}

/** What an instance is made of. */
export interface Parts {
  readonly agent: Did;
  readonly trace: TraceId;
  readonly callMap: CallMap;
  readonly activity: Activity;
  readonly controls: Controls;
  readonly kill: KillSwitch;
  readonly oversight: Oversight | undefined;
  readonly recorder: TraceRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logKey: Uint8Array;
  readonly note: Note;
  readonly sources: readonly EvidenceSource[];
  readonly labels: TraceLabels;
  /** What the host says that results bring, by server or server/tool. */
  readonly labelled: ReadonlyMap<string, readonly string[]>;
  readonly flow: Flow;
  readonly underWay: UnderWay;
  /** Called in order at the very end, whatever failed before. */
  readonly closed: readonly (() => Promise<void> | void)[];
}

/** The facade over the parts: it maps, counts and delegates, and decides nothing. */
export function assemble(parts: Parts): Ttp {
  const { agent, trace, callMap, labelled, activity, controls, kill, recorder, clock, flow, underWay } =
    parts;
  const policy = flow.policy();
  const ids = new Set<string>();
  let closing: Promise<void> | undefined;

  const newId = (): string => base64url(parts.random.bytes(INTERACTION_ID_BYTES));
  const nothing = (): Interaction => ({ ...NOTHING, id: newId(), trace, agent, at: flow.stamp() });

  /** An attempt that came to no interaction: nothing was decided and nothing happened, but it is on the record. */
  async function refused(code: ErrorCode): Promise<Outcome<never>> {
    try {
      await openJournal(flow.recorder, nothing(), flow.stamp).blocked(code, undefined, false);
      return { status: 'blocked', code };
    } catch (error) {
      return { status: 'blocked', code, auditFault: faultCode(error, 'SDK_AUDIT_FAILED') };
    }
  }

  /** Every attempt is counted and waited for; `prepare` throws for one that is no interaction. */
  async function attempt<I extends Interaction, R>(
    prepare: () => { readonly profile: Profile<I, R>; readonly interaction: I },
  ): Promise<Outcome<R>> {
    if (underWay.isClosed()) return { status: 'blocked', code: 'SDK_CLOSED' };
    activity.begin();
    flow.behavior?.attempted();
    return await underWay.track(flowOf(prepare));
  }

  async function flowOf<I extends Interaction, R>(
    prepare: () => { readonly profile: Profile<I, R>; readonly interaction: I },
  ): Promise<Outcome<R>> {
    let prepared: ReturnType<typeof prepare>;
    try {
      prepared = prepare();
    } catch (error) {
      return await refused(faultCode(error, 'SDK_BAD_CALL'));
    }
    const { profile, interaction } = prepared;
    // Two of one id at once: the end of the one would close the intent of the other (flaw.E9).
    if (ids.has(interaction.id)) return await refused('SDK_BAD_CALL');
    ids.add(interaction.id);
    const outcome = await run(controls.watched(activity.watched(profile)), interaction, flow);
    ids.delete(interaction.id);
    activity.end(outcome);
    controls.ended(outcome);
    return outcome;
  }

  const mapped = (call: ToolCall): MappedCall =>
    mapToolCall(call, { agent, trace, callMap, labelled, at: flow.stamp(), id: newId() });

  /** A call as the flow takes it. Throws for what is none. */
  function prepareCall<R>(
    given: ToolCall,
    perform: (permit: Permit) => Promise<R>,
  ): { readonly profile: Profile<Interaction, R>; readonly interaction: Interaction } {
    const call = readCall(given);
    const { interaction, attributes, labels } = mapped(call);
    const resource = localSource('resource', clock, () => Promise.resolve(attributes));
    const evidence = [...parts.sources, resource, ...(call.evidence ?? [])];
    return {
      profile: a2tProfile(evidence, labels, perform, controls.obligations, call.failed),
      interaction: readInteraction(interaction),
    };
  }

  /** Counted as an attempt while it is decided, so that the rates are those that the call would meet, and no longer. */
  async function checkOf(given: ToolCall): Promise<{ checked: Check; interaction: Interaction }> {
    const withdraw = activity.begin();
    try {
      const { profile, interaction } = prepareCall(given, NEVER);
      return { checked: await check(profile, interaction, flow), interaction };
    } catch (error) {
      const none = refusal(faultCode(error, 'SDK_BAD_CALL'));
      const interaction = nothing();
      return { checked: await recordCheck(interaction, none, flow, { mayKeep: false }), interaction };
    } finally {
      withdraw();
    }
  }

  function requireOpen(): void {
    if (underWay.isClosed()) throw new TtpError('SDK_CLOSED', 'the instance was closed');
  }

  async function close(): Promise<void> {
    parts.oversight?.close();
    try {
      await underWay.close();
      kill.close(); // not before: a kill from elsewhere still reaches what is under way
      await recorder.close();
    } finally {
      for (const last of parts.closed) await last();
    }
  }

  return {
    did: agent,
    policy,
    mode: flow.mode,
    logKey: multikey(parts.logKey),
    oversight: parts.oversight,
    run: (profile, interaction) =>
      attempt(() => {
        const read = readInteraction(interaction);
        if (read.agent !== agent || read.mode !== profile.mode)
          throw new TtpError('SDK_BAD_CALL', `an interaction of ${agent} in mode ${profile.mode} is needed`);
        return { profile, interaction: read };
      }),
    a2t: (given, perform) =>
      attempt(() => {
        if (typeof perform !== 'function') throw new TtpError('SDK_BAD_CALL', 'an effect is a function');
        return prepareCall(given, perform);
      }),
    async check(given) {
      if (underWay.isClosed()) return refusal('SDK_CLOSED');
      const { checked } = await underWay.track(checkOf(given));
      return checked;
    },
    async requestApproval(given) {
      requireOpen();
      const asking = checkOf(given).then((asked) => requestApproval(asked, parts.oversight));
      return await underWay.track(asking);
    },
    kill(target, { reason, message }) {
      return kill.kill(killTarget(target, policy, agent), { reason, message: textOf(message), by: agent });
    },
    async reinstate(orders) {
      requireOpen();
      flow.now(); // by a clock that was set back, an order that has ended would hold again
      await kill.reinstate(orders);
    },
    isKilled: (did = agent) => kill.isKilled(did),
    killStatus: (target) => kill.status(target ?? agent),
    killSwitch: kill,
    async note(type, subject, data, component = 'sdk') {
      requireOpen();
      requireNotable(type, component);
      return await parts.note(type, subject, data, { component });
    },
    labels: labelsOf(parts.labels, {
      trace,
      requireOpen,
      declared: (call) => mapped(readCall(call)).labels,
    }),
    trace: (id = trace) => viewTrace(recorder, id),
    behavior: () => flow.behavior?.report(),
    checkpoint: () => recorder.checkpoint(),
    exportBundle: (options) => recorder.exportBundle(options),
    close: () => (closing ??= close()),
  };
}

/** The effect of what is only checked. */
const NEVER = (): Promise<never> => Promise.reject(new TtpError('SDK_BAD_CALL', 'a check performs nothing'));

/** What is known of an attempt that came to no interaction. */
const NOTHING = { mode: 'a2t', target: '', action: '', resource: '', input: null, claims: {} } as const;

/** A kill never fails because of its explanation. */
const textOf = (message: unknown): string => (typeof message === 'string' ? message : '');
