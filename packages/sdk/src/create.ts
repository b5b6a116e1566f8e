import { systemClock, systemRandom, systemTimer } from '@ttp/adapters/system';
import {
  asTraceId,
  type Clock,
  type Did,
  HANDLER_ORDER,
  type ObligationHandler,
  type Random,
  type Signer,
  type TraceId,
} from '@ttp/core';
import { createSigner, hex, hkdfSha256, LOG_PURPOSES, utf8 } from '@ttp/crypto';
import { openRecorder } from '@ttp/etr-merkle/trace';
import { createKillSwitch, transformHandler } from '@ttp/guard';
import { dlpHandler } from '@ttp/guard/dlp';
import { createOversight } from '@ttp/oversight';
import { loadCallMap } from '@ttp/spl';
import { parseThresholds } from '@ttp/tre';
import { createActivity } from './activity.js';
import { armPolicy } from './arming.js';
import { guardClock } from './guarded-clock.js';
import { assemble, type Ttp } from './instance.js';
import { noteInto, recordKill } from './note.js';
import type { TtpOptions } from './options.js';
import { agentSources } from './sources.js';

/**
 * Assembles the enforcement point of one agent: opens its log and completes what a crash left open in it, reads the
 * kill record, arms the policy.
 *
 * @throws SDK_POLICY_*, and the codes of what is opened: SPL_* for policy and call map, TRE_BAD_THRESHOLDS, DID_*,
 *   ETR_*, STORE_*, GUARD_*, CORE_CLOCK_REGRESSED
 */
export async function createTtp(options: TtpOptions): Promise<Ttp> {
  const { identity, storage, operators, fresh = false, onEvent } = options;
  const { clock = systemClock, timer = systemTimer, random = systemRandom } = options.ports ?? {};
  const { did: agent, signer } = identity;
  const callMap = loadCallMap(options.callMap ?? { version: 1, tools: {} });
  const thresholds = parseThresholds(options.thresholds ?? {});
  const time = await guardClock(clock, storage.store);
  // For what compares stored times: nothing that has expired becomes valid again (flaw.H10).
  const steady: Clock = { now: time.stamp, monotonic: () => clock.monotonic() };
  const { policy, serial, envelope } = await armPolicy(options.policy, agent, {
    signer,
    store: storage.store,
    now: time.now(),
  });

  const logSigner = options.logSigner ?? logSignerOf(agent, identity.seed);
  const recorder = await openRecorder({ storage, clock, timer, random, signer: logSigner, origin: agent });
  if (onEvent !== undefined) recorder.onEvent(onEvent);
  const trace = newTraceId(random);
  const note = noteInto(recorder, { agent, trace, component: 'sdk', now: time.stamp });

  // The texts that decisions name by hash: whoever replays them finds them by these commitments.
  const kept = { policyText: policy.text, thresholds };
  await note('trace-opened', trace, {});
  await note('policy-armed', policy.hash, { serial, source: 'host', envelope }, kept);

  const kill = await createKillSwitch({
    storage,
    clock,
    timer,
    ...(operators === undefined ? {} : { operators }),
    emit: (event) => void recordKill(recorder, event, { agent, trace }),
  });
  await kill.enrol(agent, fresh);
  const oversight =
    operators === undefined
      ? undefined
      : createOversight({
          storage,
          clock: steady,
          timer,
          random,
          operators,
          recorder,
          ...(options.approvalWaitMs === undefined ? {} : { waitMs: options.approvalWaitMs }),
        });

  const activity = createActivity(clock);
  const handlers = [
    ...RECORDED,
    transformHandler(),
    dlpHandler(),
    ...(oversight === undefined ? [] : [oversight.handler()]),
    ...(options.handlers ?? []),
  ];
  return assemble({
    agent,
    trace,
    callMap,
    activity,
    kill,
    oversight,
    recorder,
    random,
    logKey: logSigner.publicKey,
    note,
    sources: agentSources(identity, activity, { clock: steady, random }),
    flushClock: time.flush,
    clock: steady,
    flow: {
      kill,
      recorder,
      timer,
      now: time.now,
      stamp: time.stamp,
      policy: () => policy,
      thresholds,
      handlers: new Map(handlers.map((handler) => [handler.kind, handler])),
    },
  });
}

/** Obligations that the log itself fulfils: the intent names them, and whoever listens to the log acts on them. */
const RECORDED = (['alert', 'audit'] as const).map(
  (kind): ObligationHandler => ({ kind, order: HANDLER_ORDER[kind], check: () => undefined }),
);

/** A key of its own for the log, so that no signature of the agent is ever one of the log (flaw.E4). */
function logSignerOf(agent: Did, seed: Uint8Array): Signer {
  const ikm = { ikm: seed, salt: utf8(agent), info: utf8('ttp log key 1'), length: 32 };
  return createSigner({ seed: hkdfSha256(ikm), kid: `${agent}#log-1`, purposes: LOG_PURPOSES });
}

const newTraceId = (random: Random): TraceId => asTraceId(hex(random.bytes(16)));
