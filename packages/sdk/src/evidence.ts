import {
  asTime,
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

type Found = { readonly fact: Fact } | { readonly missing: ErrorCode };

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
  const found = new Map<string, Found>();
  const asking = [...asked].map(async ([name, source]) => {
    found.set(name, await ask(name, source, interaction, context.signal));
  });
  await within(EVIDENCE_TIMEOUT_MS, Promise.all(asking), context.timer);
  const facts: [string, Fact][] = [];
  const absent: [string, ErrorCode][] = [];
  for (const [name, source] of asked) {
    const what = found.get(name) ?? unanswered(name, source);
    if ('fact' in what) facts.push([name, what.fact]);
    else absent.push([name, what.missing]);
  }
  return frozenJson({
    now: context.now(),
    epoch: context.epoch,
    facts: Object.fromEntries(facts),
    absent: Object.fromEntries(absent),
  });
}

/** The same source with the name that it has now, however often that is asked for. */
export function namedNow<I extends Interaction>(source: EvidenceSource<I>): EvidenceSource<I> {
  const { name, optional } = source;
  const gathers: EvidenceSource<I> = { name, gather: (i, signal) => source.gather(i, signal) };
  return optional === true ? { ...gathers, optional } : gathers;
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
  signal: AbortSignal,
): Promise<Found> {
  try {
    return { fact: checked(await source.gather(i, signal)) };
  } catch (error) {
    return missing(name, source, faultCode(error, 'SDK_EVIDENCE_FAILED'), error);
  }
}

const unanswered = (name: string, source: EvidenceSource<never>): Found =>
  missing(name, source, 'SDK_EVIDENCE_TIMEOUT');

/** What an optional source could not give is absent; a required one throws. */
function missing(name: string, { optional }: EvidenceSource<never>, code: ErrorCode, cause?: unknown): Found {
  if (optional === true) return { missing: code };
  throw new TtpError(code, `evidence ${name} is missing`, { field: name, cause });
}

/** Waits for the work, at most `ms`: whoever asks sees what has come by then. Throws what the work throws. */
export async function within(ms: number, work: Promise<unknown>, timer: Timer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = timer.after(ms, resolve);
  try {
    await Promise.race([work, promise]);
  } finally {
    cancel();
  }
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
export const isFresh = (evidence: Pick<Evidence, 'facts'>, now: number): boolean =>
  Object.values(evidence.facts).every((fact) => now <= fact.at + fact.validFor);
