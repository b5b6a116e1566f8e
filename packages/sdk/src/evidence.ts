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
import { frozenJson } from '@ttp/crypto';
import { EVIDENCE_TIMEOUT_MS } from './limits.js';
import { faultCode } from './plain.js';

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
  const late = deadline(context.timer);
  try {
    const found = await Promise.all(
      [...asked].map(([name, source]) => ask(name, source, interaction, { ...context, late })),
    );
    const facts = Object.fromEntries(found.flatMap((f) => ('fact' in f ? [[f.name, f.fact]] : [])));
    const absent = Object.fromEntries(found.flatMap((f) => ('missing' in f ? [[f.name, f.missing]] : [])));
    return frozenJson({ now: context.now(), epoch: context.epoch, facts, absent });
  } finally {
    late.cancel();
  }
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
  { signal, late }: Gathering & { readonly late: Deadline },
): Promise<Found> {
  try {
    return { name, fact: checked(await Promise.race([source.gather(i, signal), late.expired])) };
  } catch (error) {
    const missing = faultCode(error, 'SDK_EVIDENCE_FAILED');
    if (source.optional === true) return { name, missing };
    throw new TtpError(missing, `evidence ${name} is missing`, { field: name, cause: error });
  }
}

/** One time limit for all sources that are asked together. */
interface Deadline {
  /** Rejects after the time limit, unless it is cancelled. */
  readonly expired: Promise<never>;
  readonly cancel: Dispose;
}

function deadline(timer: Timer): Deadline {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  // Where nobody waits any more, because one source has failed already, nothing is lost with it.
  expired.catch(() => undefined);
  const cancel = timer.after(EVIDENCE_TIMEOUT_MS, () =>
    reject(new TtpError('SDK_EVIDENCE_TIMEOUT', `no answer in ${EVIDENCE_TIMEOUT_MS} ms`)),
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
    return { value: frozenJson(value), at: asTime(at), validFor: asTime(validFor) };
  } catch (cause) {
    throw new TtpError('SDK_EVIDENCE_MALFORMED', 'what the source returned is no fact', { cause });
  }
}

/** Whether every fact may still be relied on at `now`, ms. */
export const isFresh = (evidence: Evidence, now: number): boolean =>
  Object.values(evidence.facts).every((fact) => now <= fact.at + fact.validFor);
