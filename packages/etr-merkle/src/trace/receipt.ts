import { type Hash, isHash, type Json } from '@ttp/core';
import { bundleEntries } from './bundle-content.js';
import type { Entry } from './filter.js';
import type { TraceReport, TraceTrust } from './trace-report.js';
import { verifyTrace } from './verify-trace.js';

/** What a valid receipt shows, by itself. */
export const RECEIPT_ASSERTS = {
  recorded: 'The enforcement point whose log key signed it recorded these entries about the interaction.',
  included: 'The entries stand at their places in the log, under the signed tree head.',
  writtenAhead: 'The decision and the intent stand in the log before the outcome.',
  unchanged: 'No entry was changed since the tree head was signed.',
} as const;

/** What no receipt shows, however valid it is. */
export const RECEIPT_DOES_NOT_ASSERT = {
  truth: 'That the effect was what the outcome says: only the enforcement point says so.',
  rightness: 'That the decision was right, or that the evidence for it was true.',
  completeness: 'That there is nothing else in the log about the interaction or the agent.',
  uniqueness: 'That no other history was signed: that takes a witness, or a checkpoint somebody else kept.',
  time: 'When it happened, but by the clock of the enforcement point.',
  consent: 'That the other party of the interaction agrees: it has not signed.',
} as const;

/** A receipt, read: decision and outcome of one interaction, and what that is worth. */
export interface InteractionReceipt {
  readonly report: TraceReport;
  /** Id of the interaction. */
  readonly interaction: string;
  readonly decision?: {
    readonly index: bigint;
    /** As the entry says it, such as `allow`. */
    readonly outcome: string;
    /** The commitment to the whole decision. */
    readonly hash?: Hash;
  };
  /** Absent for an interaction that has not come to its end. */
  readonly outcome?: {
    readonly index: bigint;
    /** As the entry says it: `done`, `failed`, `blocked`; `unknown` where a crash came between. */
    readonly status: string;
    readonly code?: string;
    /** The hash of what the effect returned. */
    readonly result?: Hash;
  };
  /** Members of {@link RECEIPT_ASSERTS}; none where the bundle is not valid. */
  readonly asserts: readonly (keyof typeof RECEIPT_ASSERTS)[];
  readonly doesNotAssert: readonly (keyof typeof RECEIPT_DOES_NOT_ASSERT)[];
}

/**
 * Reads the receipt of an interaction: a bundle of its entries, as `exportBundle({ subject })` writes it. There is no
 * other format: a receipt is verified like every bundle (decision D44).
 *
 * @param interaction its id
 */
export function readReceipt(
  bundle: string | Uint8Array,
  interaction: string,
  trust: TraceTrust,
): InteractionReceipt {
  const report = verifyTrace(bundle, trust);
  const none = { report, interaction, asserts: [], doesNotAssert: NEVER };
  if (!report.valid) return none;
  const entries = bundleEntries(bundle).filter(({ subject }) => subject === interaction);
  if (entries.length === 0) return none;
  const made = entries.find(({ type }) => type === 'decision-made');
  const intent = entries.find(({ type }) => type === 'intent-recorded');
  const end = entries.findLast(({ type }) => ENDS.includes(type));
  const effect = entries.findLast(({ type }) => type === 'effect-finished');
  const isAhead = made !== undefined && intent !== undefined && end !== undefined && end.index > intent.index;
  return {
    report,
    interaction,
    ...(made === undefined ? {} : { decision: decisionIn(made) }),
    ...(end === undefined ? {} : { outcome: outcomeIn(end, effect) }),
    asserts: ['recorded', 'included', ...(isAhead ? (['writtenAhead'] as const) : []), 'unchanged'],
    doesNotAssert: NEVER,
  };
}

const NEVER: InteractionReceipt['doesNotAssert'] = [
  'truth',
  'rightness',
  'completeness',
  'uniqueness',
  'time',
  'consent',
];

/** The types that say how an interaction ended; the last of them counts. */
const ENDS: readonly string[] = ['effect-finished', 'outcome-unknown', 'interaction-settled'];

function decisionIn({ index, data }: Entry): NonNullable<InteractionReceipt['decision']> {
  const hash = hashIn(data['decision']);
  return { index, outcome: textIn(data['outcome']) ?? '', ...(hash === undefined ? {} : { hash }) };
}

function outcomeIn(end: Entry, effect: Entry | undefined): NonNullable<InteractionReceipt['outcome']> {
  const status = end.type === 'outcome-unknown' ? 'unknown' : (textIn(end.data['status']) ?? '');
  const code = textIn(end.data['code']);
  const result = hashIn(effect?.data['result']);
  return {
    index: end.index,
    status,
    ...(code === undefined ? {} : { code }),
    ...(result === undefined ? {} : { result }),
  };
}

const textIn = (json: Json | undefined): string | undefined => (typeof json === 'string' ? json : undefined);
const hashIn = (json: Json | undefined): Hash | undefined =>
  typeof json === 'string' && isHash(json) ? json : undefined;
