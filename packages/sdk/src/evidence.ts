import {
  asTime,
  type Dispose,
  type Epoch,
  type ErrorCode,
  type Evidence,
  type EvidenceSource,
  type Fact,
  type Interaction,
  type Timer,
  TtpError,
} from '@ttp/core';
import { EVIDENCE_TIMEOUT_MS } from './limits.js';
import { faultCode, frozen, frozenCopy } from './plain.js';

/** What gathering needs beside the sources. */
export interface Gathering {
  readonly epoch: Epoch;
  readonly signal: AbortSignal;
  readonly timer: Timer;
  /** Wall clock, ms; asked before the first and after the last source. May throw. */
  readonly now: () => number;
}

type Found = { readonly name: string } & ({ readonly fact: Fact } | { readonly missing: ErrorCode });

/**
 * VERIFY: asks all sources in parallel. A required source that fails, answers nonsense or does not answer blocks;
 * an optional one leaves its facts absent, which can only make the decision stricter (decision D13).
 *
 * @throws the source's own code, SDK_EVIDENCE_FAILED, SDK_EVIDENCE_TIMEOUT, SDK_EVIDENCE_MALFORMED, SDK_EVIDENCE_CLASH
 */
export async function gather<I extends Interaction>(
  sources: readonly EvidenceSource<I>[],
  interaction: I,
  context: Gathering,
): Promise<Evidence> {
  const asked = namedOnce(sources);
  context.now(); // a clock that was set back is a fault of its own, before it makes every fact look strange
  const found = await Promise.all(
    [...asked].map(([name, source]) => ask(name, source, interaction, context)),
  );
  return frozen({
    now: context.now(),
    epoch: context.epoch,
    facts: Object.fromEntries(found.flatMap((f) => ('fact' in f ? [[f.name, f.fact]] : []))),
    absent: Object.fromEntries(found.flatMap((f) => ('missing' in f ? [[f.name, f.missing]] : []))),
  });
}

/** Each name is read once: one that changed afterwards could stand for another source's fact. */
function namedOnce<I extends Interaction>(
  sources: readonly EvidenceSource<I>[],
): ReadonlyMap<string, EvidenceSource<I>> {
  const named = new Map<string, EvidenceSource<I>>();
  for (const source of sources) {
    const { name } = source;
    if (typeof name !== 'string' || name === '')
      throw new TtpError('SDK_EVIDENCE_MALFORMED', 'an evidence source has no name');
    if (named.has(name)) throw new TtpError('SDK_EVIDENCE_CLASH', `two sources are named ${name}`);
    named.set(name, source);
  }
  return named;
}

async function ask<I extends Interaction>(
  name: string,
  source: EvidenceSource<I>,
  i: I,
  context: Gathering,
): Promise<Found> {
  try {
    const late = timeout(name, context.timer);
    try {
      return { name, fact: checked(await Promise.race([source.gather(i, context.signal), late.expired])) };
    } finally {
      late.cancel();
    }
  } catch (error) {
    const missing = faultCode(error, 'SDK_EVIDENCE_FAILED');
    if (source.optional === true) return { name, missing };
    throw new TtpError(missing, `evidence ${name} is missing`, { field: name, cause: error });
  }
}

/** Rejects after the time limit, unless it is cancelled. */
function timeout(name: string, timer: Timer): { expired: Promise<never>; cancel: Dispose } {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const cancel = timer.after(EVIDENCE_TIMEOUT_MS, () =>
    reject(new TtpError('SDK_EVIDENCE_TIMEOUT', `no answer from ${name} in ${EVIDENCE_TIMEOUT_MS} ms`)),
  );
  return { expired, cancel };
}

/**
 * A source may be anybody's code: what it returns is a fact only if it is plain JSON and has a sane life. It is a copy:
 * the source may go on using its own.
 */
function checked(fact: Fact): Fact {
  try {
    const { value, at, validFor } = fact;
    return { value: frozenCopy(value), at: asTime(at), validFor: asTime(validFor) };
  } catch (cause) {
    throw new TtpError('SDK_EVIDENCE_MALFORMED', 'what the source returned is no fact', { cause });
  }
}

/** Whether every fact may still be relied on at `now`, ms. */
export const isFresh = (evidence: Evidence, now: number): boolean =>
  Object.values(evidence.facts).every((fact) => now <= fact.at + fact.validFor);
