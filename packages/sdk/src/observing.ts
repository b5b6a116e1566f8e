import type { ErrorCode, Interaction, Json, JsonObject, Observed, Profile } from '@ttp/core';
import { canonicalize, plainCopy } from '@ttp/crypto';
import type { TraceRecorder } from '@ttp/etr-merkle/trace';
import { scanJson } from '@ttp/guard/dlp';
import { holdsSensitiveData } from '@ttp/tre';
import { type Decided, isPermitted, obligationsOf, type Permitted } from './deciding.js';
import { type Duties, resolveDuties } from './obligations.js';
import { faultCode } from './plain.js';
import type { Flow } from './run.js';

/** The part of the recorder that the flow writes with. */
export type Writer = Pick<TraceRecorder, 'payload' | 'record' | 'queue' | 'receipt'>;

/** Adds the same members to every line that is written through it. */
export function markingWriter(recorder: Writer, marks: JsonObject): Writer {
  const marked = <E extends { readonly data: JsonObject }>(event: E): E => ({
    ...event,
    data: { ...event.data, ...marks },
  });
  return {
    payload: (subject, value) => recorder.payload(subject, value),
    record: (events, payloads) => recorder.record(events.map(marked), payloads),
    queue: (event, payloads) => recorder.queue(marked(event), payloads),
    receipt: (index, log) => recorder.receipt(index, log),
  };
}

/** Names monitor mode in every line that an observing instance writes (decision D37). */
export const monitorWriter = (recorder: Writer): Writer => markingWriter(recorder, { monitor: true });

/**
 * What makes of a denial no verdict of policy or risk about the call: who is stopped or unknown, and faults. A trust
 * report that is missing could be that of a blocked agent.
 */
const ENFORCED_REASONS: readonly string[] = [
  'TRE_BLOCKED',
  'TRE_UNVERIFIED',
  'TRE_POLICY_FAILED',
  'TRE_FACT_MISSING',
  'TRE_FACT_STALE',
  'TRE_FACT_MALFORMED',
];

/** What could not be scanned is not let through: nobody would know what was. */
const SIZE_CAPS: readonly ErrorCode[] = ['GUARD_VALUE_TOO_LARGE', 'GUARD_DLP_TOO_ENCODED', 'GUARD_NOT_JSON'];

/**
 * Whether a decision is only recorded. Never for what holds confidential or restricted data (flaw.G5), and never for an
 * agent that is stopped or unknown, or on evidence that is in doubt.
 */
export const isWatched = ({ evidence, decision }: Decided, { mode }: Flow): boolean =>
  mode === 'observe' &&
  !holdsSensitiveData(evidence) &&
  !decision.reasons.some(({ code }) => ENFORCED_REASONS.includes(code));

/** An interaction that goes on whatever was decided about it. */
export interface Watched {
  readonly decided: Permitted;
  /** Those that somebody here can do. None of them is held, and what they change is not what leaves. */
  readonly duties: Duties;
  /** What would have become of it so far. */
  readonly would: Observed;
}

/**
 * Monitor mode up to the effect: what would have been refused is found out and not done. Nothing is reserved and
 * nobody is asked.
 *
 * @throws the code of a size cap, and what a handler throws: a fault is no verdict, and blocks as ever
 */
export function watch<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  decided: Decided,
  flow: Flow,
): Watched {
  const obligations = obligationsOf(profile, interaction, decided, flow);
  const known = obligations.filter(({ kind }) => flow.handlers.has(kind));
  const duties = resolveDuties(known, flow.handlers);
  const codes: ErrorCode[] = [];
  if (!isPermitted(decided.decision, flow)) codes.push('SDK_DENIED');
  if (known.length < obligations.length) codes.push('SDK_UNKNOWN_OBLIGATION');
  for (const refusal of duties.refusals(interaction)) {
    if (SIZE_CAPS.includes(refusal.code)) throw refusal;
    codes.push(refusal.code);
  }
  const [code] = codes;
  const asks = obligations.some(({ kind }) => kind === 'approval');
  const would: Observed =
    code === undefined ? { status: 'done', ...(asks ? { asks } : {}) } : { status: 'blocked', code };
  return { decided: { ...decided, obligations }, duties, would };
}

/**
 * What would have become of a result that leaves as it is.
 *
 * @throws the code of a size cap: then the result is withheld, as ever
 */
export async function watchResult(
  value: unknown,
  { duties, would }: Pick<Watched, 'duties' | 'would'>,
  interaction: Interaction,
): Promise<Observed> {
  if (value === undefined) return would;
  const before = copyOf(value);
  const found = before === undefined || !duties.has('dlp') ? [] : rulesIn(before);
  try {
    const after = await duties.after(before ?? value, interaction);
    const changed = !isSame(value, after);
    return {
      ...would,
      ...(changed ? { changed } : {}),
      ...(found.length === 0 ? {} : { found }),
    };
  } catch (error) {
    const code = faultCode(error, 'SDK_OBLIGATION_FAILED');
    if (SIZE_CAPS.includes(code)) throw error;
    const withheld = would.status === 'done' ? ({ status: 'withheld', code } as const) : would;
    return { ...would, ...withheld, ...(found.length === 0 ? {} : { found }) };
  }
}

/** A handler may change what it is given; what is no JSON is for the handlers to judge. */
function copyOf(value: unknown): Json | undefined {
  try {
    return plainCopy(value);
  } catch {
    return undefined;
  }
}

/** The rules that find something, each once. Throws the code of a size cap. */
const rulesIn = (value: Json): readonly string[] =>
  [...new Set(scanJson(value).map(({ rule }) => rule))].sort();

function isSame(before: unknown, after: unknown): boolean {
  try {
    return before === after || canonicalize(plainCopy(before)) === canonicalize(plainCopy(after));
  } catch {
    return false;
  }
}

/** What the log says of an interaction that nothing was enforced on. */
export const marksOf = (would: Observed): JsonObject => ({ enforced: false, would: { ...would } });

/** The hash of a result that somebody should not have seen would let him who guesses it know that he guessed right. */
export const mayHash = (would: Observed | undefined): boolean =>
  would?.found === undefined && would?.changed !== true && would?.status !== 'withheld';
