import {
  CLASSIFICATIONS,
  type Classification,
  type Clock,
  type Did,
  type Evidence,
  type EvidenceSource,
  type Interaction,
  isJsonObject,
  type Json,
  type JsonObject,
  type Notifier,
  type Obligation,
  type Outcome,
  type Store,
  type Timer,
  TtpError,
} from '@ttp/core';
import { frozenJson } from '@ttp/crypto';
import {
  type AnomalyFinding,
  type BehaviorReport,
  type KillSwitch,
  type Seen,
  THROTTLED_REQUESTS,
  watchBehavior,
} from '@ttp/guard';
import type { Policy, PolicyLayers } from '@ttp/spl';
import { requestSignals } from '@ttp/tre';
import type { Decided } from '../deciding.js';
import { localSource } from '../sources.js';
import { type AnomalyOptions, type AnomalyResponse, behaviorSettings } from './settings.js';
import { sizeOf } from './size.js';
import { type Tripped, watchTriggers } from './triggers.js';

/** What an interaction came to, as far as behaviour goes: before it is recorded. */
export interface Ended {
  readonly status: Outcome<unknown>['status'];
  readonly code?: string;
  readonly value?: unknown;
  readonly observed?: { readonly status: string; readonly code?: string };
}

/** Watches what the agent does, and reacts. */
export interface Behavior {
  /** Monotonic time, ms; the last known where the clock gives none. */
  time(): number;
  /** An attempt begins: triggers look at it before anything is decided. Never throws. */
  attempted(): void;
  /** What a decision is about to be made on: triggers look at the trust score. Never throws. */
  gathered(evidence: Evidence): void;
  /** An interaction ended, before anything of it is recorded: what it trips stops whatever comes next. Never throws. */
  ended(interaction: Interaction, ended: Ended, decided: Decided | undefined, began: number): void;
  /** What the alarms that stand oblige every call to. */
  obligations(): readonly Obligation[];
  /** The alarms that stand, as what they are worth as risk. */
  readonly source: EvidenceSource;
  /** The switch, whose permits also end while the agent is suspended, or what was counted cannot be written. */
  readonly gate: Pick<KillSwitch, 'epochOf' | 'permit' | 'refresh'>;
  report(): BehaviorReport;
  close(): Promise<void>;
}

/** What {@link openBehavior} is given. */
export interface BehaviorParts {
  readonly agent: Did;
  readonly policy: Policy | PolicyLayers;
  readonly anomalies: AnomalyOptions | undefined;
  readonly notifier: Notifier | undefined;
  readonly isObserving: boolean;
  readonly store: Store;
  /** The wall clock is guarded; the monotonic one counts. */
  readonly clock: Clock;
  /** Wall clock for stamps, ms; never throws. */
  readonly stamp: () => number;
  readonly timer: Timer;
  readonly kill: KillSwitch;
  /** Records an event without waiting; never throws. */
  readonly tell: (type: 'finding-raised' | 'notification-sent', subject: string, data: JsonObject) => void;
}

/**
 * The watch over what the agent does, where the policy or the host asks for one.
 *
 * @returns undefined where neither does: then it costs nothing
 * @throws SDK_BAD_ANOMALIES, GUARD_ANOMALY_UNREADABLE, GUARD_STORE_FAILED, and the codes of the store
 */
export async function openBehavior(parts: BehaviorParts): Promise<Behavior | undefined> {
  const { agent, policy, kill, clock, stamp, tell, isObserving } = parts;
  const triggers = watchTriggers(policy, agent, kill, tripped);
  const settings = behaviorSettings(parts.anomalies ?? {}, policy);
  if (parts.anomalies === undefined && triggers.isEmpty && settings.baseline === undefined) return undefined;
  const { responses, hours, baseline, minuteOf } = settings;
  const watch = await watchBehavior({
    agent,
    store: parts.store,
    clock,
    timer: parts.timer,
    raised,
    ...(hours === undefined ? {} : { hours }),
    ...(baseline === undefined ? {} : { baseline }),
  });
  let last = 0;

  /** Whether an alarm stands that is answered so. Monitor mode says so in the finding, and does nothing. */
  const isAnswered = (response: AnomalyResponse): boolean =>
    !isObserving && watch.patterns().some((anomaly) => responses.get(anomaly)?.includes(response) === true);

  function raised({ anomaly, evidence: { resource, ...evidence } }: AnomalyFinding): void {
    const answers = responses.get(anomaly) ?? [];
    // The name of a resource may be what must not be in the log; the report has it.
    const scope = resource === undefined ? 'agent' : 'resource';
    tell('finding-raised', agent, {
      code: 'GUARD_ANOMALY_FOUND',
      anomaly,
      responses: [...answers],
      scope,
      evidence,
    });
    if (answers.includes('alert'))
      notify(`anomaly: ${anomaly}`, JSON.stringify({ agent, scope, ...evidence }));
  }

  function tripped({ trigger, condition, notify: to, policy: hash }: Tripped, metrics: JsonObject): void {
    const { reason, cooldownMs, autoReinstate, requireOperatorApproval } = trigger;
    const rule = { cooldownMs, autoReinstate, requireOperatorApproval };
    const code = 'GUARD_TRIGGER_TRIPPED';
    tell('finding-raised', hash, { code, condition, reason, ...rule, metrics, notify: [...to] });
    if (to.length > 0) notify(`killed: ${reason}`, JSON.stringify({ agent, condition, metrics }), to);
  }

  /** Nobody waits for it: the log has the finding already, and says whether anybody was told. */
  function notify(subject: string, text: string, to: readonly string[] = []): void {
    const { notifier } = parts;
    if (notifier === undefined) return;
    const message = { subject, text, ...(to.length === 0 ? {} : { to }) };
    Promise.resolve()
      .then(() => notifier.notify(message))
      .then(
        () => tell('notification-sent', agent, { subject, to: [...to] }),
        () => tell('finding-raised', agent, { code: 'SDK_NOTIFY_FAILED', subject, to: [...to] }),
      );
  }

  function time(): number {
    try {
      const now = clock.monotonic();
      if (Number.isFinite(now)) last = Math.max(last, now);
    } catch {
      // it took no time, then
    }
    return last;
  }

  function seenOf(
    { resource, input }: Interaction,
    ended: Ended,
    decided: Decided | undefined,
    began: number,
  ): Seen {
    const { status, code, observed } = ended;
    return {
      resource,
      classification: classificationOf(decided),
      status,
      ...(code === undefined ? {} : { code }),
      denied: isDenial(status === 'blocked' ? ended : observed),
      bytes: status === 'blocked' ? 0 : sizeOf(input) + sizeOf(ended.value),
      tookMs: time() - began,
      minute: minuteOf(stamp()),
    };
  }

  const check = (trustScore?: number): void => {
    if (!triggers.isEmpty) triggers.check(watch.metrics(), trustScore);
  };

  return {
    time,
    attempted() {
      watch.attempted();
      check();
    },
    gathered: ({ facts }) => check(scoreOf(facts['trust']?.value)),
    ended(interaction, ended, decided, began) {
      watch.ended(seenOf(interaction, ended, decided, began));
      check();
    },
    obligations() {
      const from = 'anomaly';
      const obliged: Obligation[] = [];
      if (isAnswered('approve'))
        obliged.push({ kind: 'approval', from, params: { reason: 'unusual behaviour', level: 1 } });
      if (isAnswered('throttle'))
        obliged.push({ kind: 'rate', from, params: { requests: THROTTLED_REQUESTS, windowMs: 60_000 } });
      return obliged;
    },
    gate: {
      epochOf: (did) => kill.epochOf(did),
      refresh: () => kill.refresh(),
      permit(did, epoch) {
        const permit = kill.permit(did, epoch);
        return {
          epoch: permit.epoch,
          signal: permit.signal,
          enter() {
            permit.enter();
            watch.require();
            if (isAnswered('suspend'))
              throw new TtpError('GUARD_SUSPENDED', `suspended: ${watch.patterns().join(', ')}`);
          },
        };
      },
    },
    source: localSource('anomalies', parts.clock, () =>
      Promise.resolve(frozenJson(requestSignals(watch.patterns()))),
    ),
    report: () => watch.report(),
    close: () => watch.close(),
  };
}

const isDenial = (ended: { readonly status: string; readonly code?: string } | undefined): boolean =>
  ended?.status === 'blocked' && ended.code === 'SDK_DENIED';

const scoreOf = (trust: Json | undefined): number | undefined => {
  const score = trust !== undefined && isJsonObject(trust) ? trust['totalScore'] : undefined;
  return typeof score === 'number' ? score : undefined;
};

/** What the registry says about the resource. A word that nobody knows is the strictest; what nobody classified is public, as in monitor mode. */
function classificationOf(decided: Decided | undefined): Classification {
  const registry = decided?.evidence.facts['resource']?.value;
  const word = registry !== undefined && isJsonObject(registry) ? registry['dataClassification'] : undefined;
  if (word === undefined) return 'public';
  return CLASSIFICATIONS.find((known) => known === word) ?? 'restricted';
}
