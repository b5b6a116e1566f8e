import { systemClock, systemRandom, systemTimer } from '@ttp/adapters/system';
import { asTraceId, type Clock, type Dispose, type JsonObject, type TraceId, TtpError } from '@ttp/core';
import { hex, multikey } from '@ttp/crypto';
import { type Entry, openRecorder } from '@ttp/etr-merkle/trace';
import { createKillSwitch, createWindows } from '@ttp/guard';
import { createOversight } from '@ttp/oversight';
import { loadCallMap, type Policy, type PolicyLayers, policiesOf } from '@ttp/spl';
import { parseThresholds } from '@ttp/tre';
import { createActivity } from './activity.js';
import { armPolicy, wasArmed } from './arming.js';
import { openBehavior } from './behavior/behavior.js';
import { openBounds } from './bounds.js';
import { agentControl, openControls } from './controls.js';
import { decisionPointSource } from './decision-point.js';
import { grantSource } from './grant-source.js';
import { guardClock } from './guarded-clock.js';
import { handlersByKind } from './handlers.js';
import { assemble, type Ttp } from './instance.js';
import { killEnding } from './kill-ending.js';
import { labellingHandlers, labelSource, openLabels, readSources } from './labels.js';
import { lineageOf } from './lineage.js';
import { logKeysOf } from './log-keys.js';
import { logSignerOf } from './log-signer.js';
import { logsBefore } from './log-succession.js';
import type { NamePin } from './names/name-pin.js';
import { watchName } from './names/watch-name.js';
import { noteInto, recordKill } from './note.js';
import { markingWriter, monitorWriter, type Writer } from './observing.js';
import type { TtpMode, TtpOptions } from './options.js';
import { ownMembers } from './plain.js';
import { agentSources } from './sources.js';
import { claimStorage } from './storage-claim.js';
import { trackCalls } from './under-way.js';
import { windowSource } from './window-source.js';

/**
 * Assembles the enforcement point of one agent: opens its log and completes what a crash left open in it, reads the
 * kill record, arms the policy.
 *
 * @throws SDK_BAD_MODE, SDK_BAD_LABELS, CORE_BAD_TRACE, SDK_POLICY_*, SPL_NAME_REBOUND, SDK_NAME*, SDK_BAD_HANDLER, SDK_STORAGE_IN_USE, and the codes of what is opened: SPL_* for policy and
 *   call map, TRE_BAD_THRESHOLDS, DID_*, ETR_*, STORE_*, GUARD_*, CORE_CLOCK_REGRESSED
 */
export async function createTtp(options: TtpOptions): Promise<Ttp> {
  const given = ownMembers(options);
  const release = claimStorage(given.storage);
  const opened: (() => Promise<void> | void)[] = [];
  try {
    return await open(given, { opened, release });
  } catch (error) {
    // Nothing of a half-opened instance goes on: no timer, no poll, no append. The fault is the one that comes first.
    await Promise.allSettled(opened.toReversed().map(async (close) => close()));
    release();
    throw error;
  }
}

/** What has to be undone when opening fails half-way, and the claim on the storage. */
interface Undo {
  readonly opened: (() => Promise<void> | void)[];
  readonly release: Dispose;
}

async function open(options: TtpOptions, { opened, release }: Undo): Promise<Ttp> {
  const { identity, storage, operators, owners = [], fresh = false, onEvent } = options;
  const {
    clock = systemClock,
    timer = systemTimer,
    random = systemRandom,
  }: NonNullable<TtpOptions['ports']> = ownMembers(options.ports ?? {});
  const mode = modeOf(options.mode);
  const { did: agent, signer } = identity;
  const { store } = storage;
  const callMap = loadCallMap(options.callMap ?? { version: 1, tools: {} });
  const thresholds = parseThresholds(options.thresholds ?? {});
  const time = await guardClock(clock, store);
  // For what compares stored times: nothing that has expired becomes valid again (flaw.H10).
  const steady: Clock = { now: time.stamp, monotonic: () => clock.monotonic() };

  const logSigner = options.logSigner ?? logSignerOf(identity);
  const logKeys = await logKeysOf(storage, agent, logSigner);
  const firstLog = logKeys.spans.at(-1)?.from ?? 0;
  // All that can be wrong with the logs before is found out before the new one begins.
  const logs = firstLog === 0 ? [] : await logsBefore(storage, agent, { ...logKeys, random });
  const recorder = await openRecorder({
    storage,
    clock,
    timer,
    random,
    signer: logSigner,
    origin: agent,
    firstLog,
  });
  opened.push(() => recorder.close());
  await logKeys.keep();
  if (onEvent !== undefined) recorder.onEvent(listening(onEvent));
  const writer: Writer = mode === 'observe' ? monitorWriter(recorder) : recorder;
  const newTrace = (): TraceId => asTraceId(hex(random.bytes(16)));
  const labelled = readSources(options.labels);
  const trace = options.trace === undefined ? newTrace() : asTraceId(options.trace);
  const noted = { agent, trace, now: time.stamp };
  if (recorder.size === 0n && logs.length > 0)
    await noteInto(writer, noted)('log-continued', recorder.origin, { logs });

  const control = agentControl(options, { agent, clock });
  const ending = killEnding(options, agent, control.steps);
  const kill = await createKillSwitch({
    storage,
    clock,
    timer,
    ...(operators === undefined ? {} : { operators }),
    ...ending.options,
    emit(event) {
      control.told(event);
      options.decisions?.drop();
      void recordKill(writer, event, { agent, trace, newTrace });
    },
  });
  opened.push(() => kill.close());
  // An identity whose policy was armed here before is not new: then a lost kill record means killed (flaw.K2).
  const above = await lineageOf(identity, options.resolver);
  const { names, grants = [], resolver } = options;
  const leave = await options.delegation?.open({ agent, store, clock: steady, operators, resolver });
  const stoppedBy = [...above, ...(leave?.above ?? [])];
  await kill.enrol(agent, fresh && !(await wasArmed(store, agent)), stoppedBy, multikey(signer.publicKey));

  const { policy, record, name } = await armPolicy(options.policy, agent, {
    signer,
    store,
    timer,
    now: time.now(),
    names,
    operators,
    policyBytes: options.limits?.policyBytes,
  });
  const tags = complianceOf(policy);
  // Every line of the policy, from its arming on, says which frameworks it is for.
  const tagged = tags.length === 0 ? writer : markingWriter(writer, { compliance: tags });
  const note = noteInto(tagged, noted);
  // The texts that decisions name by hash: whoever replays them finds them by these commitments.
  const kept = { policyText: policy.text, thresholds };
  if (options.trace === undefined) await note('trace-opened', trace, {});
  const pinned = name === undefined ? {} : { name: name.pin.name, checkpoint: pinnedAt(name.pin) };
  await note('policy-armed', policy.hash, { ...record, ...pinned }, { kept });
  const named =
    name === undefined || names === undefined
      ? undefined
      : watchName(name, { registry: names, store, timer, agent }, (finding) => {
          // Nobody waits for it: what it says holds whether or not it can be written.
          note('finding-raised', policy.hash, { ...finding }).catch(() => undefined);
        });
  opened.push(() => named?.close());
  const oversight =
    operators === undefined
      ? undefined
      : createOversight({
          storage,
          clock: steady,
          timer,
          random,
          operators,
          recorder: tagged,
          owners: () => owners,
          ...(options.approvalWaitMs === undefined ? {} : { waitMs: options.approvalWaitMs }),
        });
  const labels = openLabels({
    store,
    agent,
    shared: storage.shared,
    operators,
    now: time.now,
    stamp: time.stamp,
    recorder: tagged,
  });
  const granted =
    grants.length === 0 ? [] : [await grantSource(grants, { subject: agent, operators, clock: steady })];
  const breaker = control.start(kill);
  const controls = openControls(options, { agent, store, clock, steady, random, note, breaker });
  const bounds = openBounds(options.budget, {
    store,
    clock: steady,
    operators,
    shared: leave?.budgets ?? [],
    emit: (event) => void recordKill(tagged, event, { agent, trace, newTrace }),
  });
  const windows = createWindows({ store, clock: steady });
  const approval = oversight?.handler();
  const holders = [
    windows.handler(),
    ...bounds.handlers,
    ...controls.handlers,
    ...labellingHandlers(labels),
    ...(approval === undefined ? [] : [approval]),
  ];
  const activity = createActivity(clock);
  const agents = agentSources(identity, activity, {
    clock: steady,
    random,
    resolver: options.resolver,
    epoch: () => kill.epochOf(agent),
    reputation: options.reputation?.open({
      agent,
      above,
      clock: steady,
      operators,
      // Nobody waits for it: what does not count does not count, whether or not that can be written.
      raise: (subject, finding) => void note('finding-raised', subject, finding).catch(() => undefined),
    }),
  });
  const behavior = await openBehavior({
    agent,
    policy,
    anomalies: options.anomalies,
    notifier: options.notifier,
    isObserving: mode === 'observe',
    store,
    clock: steady,
    stamp: time.stamp,
    timer,
    kill,
    tell: (type, subject, data) =>
      void recordKill(tagged, { type, at: time.stamp(), subject, data }, { agent, trace, newTrace }),
  });
  opened.push(() => behavior?.close());
  const underWay = trackCalls(timer);
  ending.start({ underWay, oversight, sources: agents });
  return assemble({
    agent,
    trace,
    callMap,
    activity,
    controls,
    kill,
    oversight,
    labels,
    labelled,
    recorder,
    random,
    logKey: logSigner.publicKey,
    note,
    sources: [
      ...agents,
      ...(behavior === undefined ? [] : [behavior.source]),
      ...granted,
      labelSource(labels, steady),
      ...(policy.windows.length === 0 ? [] : [windowSource(policy.windows, windows, steady)]),
      ...(options.decisionPoint === undefined
        ? []
        : [decisionPointSource(options.decisionPoint, agent, steady)]),
    ],
    underWay,
    closed: [() => named?.close(), () => behavior?.close(), () => time.flush(), release],
    clock: steady,
    flow: {
      leave,
      obliges: bounds.obligations,
      kill: behavior?.gate ?? kill,
      behavior,
      recorder: tagged,
      mode,
      timer,
      now: time.now,
      stamp: time.stamp,
      policy() {
        named?.require();
        return policy;
      },
      thresholds,
      handlers: handlersByKind(holders, options.handlers ?? []),
      labels,
      cache: options.decisions,
      closing: underWay,
    },
  });
}

/** The registry's log as a name was pinned in it. */
const pinnedAt = ({ checkpoint: { size, root } }: NamePin): JsonObject => ({ size: size.toString(), root });

/** A mode that nobody knows must not look like one that enforces. */
function modeOf(mode: TtpMode = 'enforce'): TtpMode {
  if (mode === 'enforce' || mode === 'observe') return mode;
  throw new TtpError('SDK_BAD_MODE', 'a mode is enforce or observe', { field: 'mode' });
}

/**
 * A listener may be an async function. Nothing of the log is lost when it rejects: the entry is durable before anybody
 * hears of it, and a listener must neither stop a call nor end the process.
 */
const listening =
  (listener: (entry: Entry) => unknown): ((entry: Entry) => void) =>
  (entry) => {
    const heard = listener(entry);
    if (heard instanceof Promise) heard.catch(() => undefined);
  };

/** The frameworks that the policy, or any of its layers, is written for; each once, in order. */
const complianceOf = (armed: Policy | PolicyLayers): readonly string[] => {
  const tags = policiesOf(armed).flatMap(({ policy }) => policy.document.requirements?.compliance ?? []);
  return [...new Set(tags)].sort();
};
