import {
  asTime,
  codeOf,
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
import { canonicalBytes } from '@ttp/crypto';
import { EVIDENCE_TIMEOUT_MS } from './limits.js';

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
  const names = sources.map((source) => source.name);
  const clash = names.find((name, n) => names.indexOf(name) !== n);
  if (clash !== undefined) throw new TtpError('SDK_EVIDENCE_CLASH', `two sources are named ${clash}`);
  context.now(); // a clock that was set back is a fault of its own, before it makes every fact look strange
  const found = await Promise.all(sources.map((source) => ask(source, interaction, context)));
  return {
    now: context.now(),
    epoch: context.epoch,
    facts: Object.fromEntries(found.flatMap((f) => ('fact' in f ? [[f.name, f.fact]] : []))),
    absent: Object.fromEntries(found.flatMap((f) => ('missing' in f ? [[f.name, f.missing]] : []))),
  };
}

async function ask<I extends Interaction>(
  source: EvidenceSource<I>,
  i: I,
  context: Gathering,
): Promise<Found> {
  try {
    const late = timeout(source.name, context.timer);
    try {
      return {
        name: source.name,
        fact: checked(await Promise.race([source.gather(i, context.signal), late.expired])),
      };
    } finally {
      late.cancel();
    }
  } catch (error) {
    const missing = codeOf(error, 'SDK_EVIDENCE_FAILED');
    if (source.optional === true) return { name: source.name, missing };
    throw new TtpError(missing, `evidence ${source.name}: ${messageOf(error)}`, {
      field: source.name,
      cause: error,
    });
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

/** A source may be anybody's code: what it returns is a fact only if it can be hashed and has a sane life. */
function checked(fact: Fact): Fact {
  try {
    const { value, at, validFor } = fact;
    canonicalBytes(value);
    return { value, at: asTime(at), validFor: asTime(validFor) };
  } catch (cause) {
    throw new TtpError('SDK_EVIDENCE_MALFORMED', messageOf(cause), { cause });
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether every fact may still be relied on at `now`, ms. */
export const isFresh = (evidence: Evidence, now: number): boolean =>
  Object.values(evidence.facts).every((fact) => now <= fact.at + fact.validFor);
