import {
  type Clock,
  codeOf,
  type Did,
  type Envelope,
  type EventType,
  type EvidenceSource,
  type Interaction,
  isDid,
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
import type { InclusionProof } from '@ttp/etr-merkle';
import type { Entry, ExportOptions, SealedTrace, TraceRecorder } from '@ttp/etr-merkle/trace';
import type { KillResult, KillSwitch } from '@ttp/guard';
import type { Oversight } from '@ttp/oversight';
import type { CallMap, Policy } from '@ttp/spl';
import { a2tProfile, type MappedCall, mapToolCall, type ToolCall } from './a2t.js';
import type { Activity } from './activity.js';
import { INTERACTION_ID_BYTES } from './limits.js';
import type { Note } from './note.js';
import { type Flow, run } from './run.js';
import { localSource } from './sources.js';

/** One trace: the entries that belong together. */
export interface TraceView {
  readonly id: TraceId;
  /** Proof that the entry at `index` is in the log, to be checked offline against a checkpoint. */
  proof(index: bigint): InclusionProof;
  /** Its durable entries, in order. */
  events(): AsyncIterable<Entry>;
  /** Ends it: nothing more can be recorded under this id. */
  seal(): Promise<SealedTrace>;
}

/** An enforcement point, assembled. */
export interface Ttp {
  readonly did: Did;
  readonly policy: Policy;
  /** Multikey of the log key: what `verifyTrace` has to trust. */
  readonly logKey: string;
  /** Undefined where no operators are configured. */
  readonly oversight: Oversight | undefined;
  /**
   * A tool call: verified, decided, enforced, recorded. `perform` is called at most once, and only when everything
   * permits; it calls `permit.enter()` again before each further effect, and hands `permit.signal` on.
   */
  a2t<R>(call: ToolCall, perform: (permit: Permit) => Promise<R>): Promise<Outcome<R>>;
  /** The same flow for a profile of one's own. */
  run<I extends Interaction, R>(profile: Profile<I, R>, interaction: I): Promise<Outcome<R>>;
  /**
   * Stops an agent, or all (`*`): the next effect, here, in this tick, is refused.
   *
   * @throws DID_UNRESOLVED for anything but a `did:ttp` or the policy's own name, CORE_UNKNOWN_TERM for a reason that is none
   */
  kill(agent: string, order: { readonly reason: KillReason; readonly message?: string }): KillResult;
  /** Revives, by orders that operators signed (decision D33). */
  reinstate(orders: readonly (Envelope | string)[]): Promise<void>;
  isKilled(agent?: Did): boolean;
  /** Records an event of the embedding component in this instance's trace, durably. */
  note(type: EventType, subject: string, data: JsonObject): Promise<Receipt>;
  /** A trace by its id; this instance's own when left out. */
  trace(id?: TraceId): TraceView;
  /** A checkpoint of the log that covers everything acknowledged. */
  checkpoint(): Promise<string>;
  /** The log as a bundle that anybody verifies offline. */
  exportBundle(options?: ExportOptions): Promise<string>;
  /** Writes what is queued and stops the timers. Later calls are refused with SDK_CLOSED. */
  close(): Promise<void>;
}

/** What an instance is made of. */
export interface Parts {
  readonly agent: Did;
  readonly trace: TraceId;
  readonly callMap: CallMap;
  readonly activity: Activity;
  readonly kill: KillSwitch;
  readonly oversight: Oversight | undefined;
  readonly recorder: TraceRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logKey: Uint8Array;
  readonly note: Note;
  readonly sources: readonly EvidenceSource[];
  readonly flow: Flow;
  readonly flushClock: () => Promise<void>;
}

/** The facade over the parts: it maps, counts and delegates, and decides nothing. */
export function assemble(parts: Parts): Ttp {
  const { agent, trace, callMap, activity, kill, recorder, clock, flow } = parts;
  let isClosed = false;

  async function counted<I extends Interaction, R>(
    profile: Profile<I, R>,
    interaction: I,
  ): Promise<Outcome<R>> {
    if (isClosed) return { status: 'blocked', code: 'SDK_CLOSED' };
    activity.begin();
    const outcome = await run(profile, interaction, flow);
    activity.end(outcome);
    return outcome;
  }

  return {
    did: agent,
    policy: flow.policy(),
    logKey: multikey(parts.logKey),
    oversight: parts.oversight,
    run: counted,
    async a2t(call, perform) {
      let mapped: MappedCall;
      try {
        const id = base64url(parts.random.bytes(INTERACTION_ID_BYTES));
        mapped = mapToolCall(call, { agent, trace, callMap, at: flow.stamp(), id });
      } catch (error) {
        // It never came to an interaction: there is nothing that could be decided, and nothing happened.
        return { status: 'blocked', code: codeOf(error, 'SDK_BAD_CALL') };
      }
      const { interaction, attributes } = mapped;
      const resource = localSource('resource', clock, () => Promise.resolve(attributes));
      const evidence = [...parts.sources, resource, ...(call.evidence ?? [])];
      return counted(a2tProfile(evidence, perform), interaction);
    },
    kill(target, { reason, message = '' }) {
      return kill.kill(targetOf(target), { reason, message, by: agent });
    },
    async reinstate(orders) {
      await kill.reinstate(orders);
    },
    isKilled: (did = agent) => kill.isKilled(did),
    note: (type, subject, data) => parts.note(type, subject, data),
    trace: (id = trace) => ({
      id,
      proof: (index) => recorder.proof(index),
      events: () => recorder.events({ trace: id }),
      seal: () => recorder.seal(id),
    }),
    checkpoint: () => recorder.checkpoint(),
    exportBundle: (options) => recorder.exportBundle(options),
    async close() {
      if (isClosed) return;
      isClosed = true;
      parts.oversight?.close();
      kill.close();
      try {
        await recorder.close();
      } finally {
        await parts.flushClock();
      }
    },
  };

  /** A kill by a name that nobody resolved would stop nobody, and look as if it had. */
  function targetOf(target: string): Did | '*' {
    if (target === '*') return target;
    if (target === flow.policy().document.agentDid) return agent;
    if (isDid(target) && target.startsWith('did:ttp:')) return target;
    throw new TtpError('DID_UNRESOLVED', `${JSON.stringify(target)} is no agent known here`, {
      field: 'agent',
    });
  }
}
