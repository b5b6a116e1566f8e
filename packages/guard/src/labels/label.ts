import { isLabel, LABELS, TtpError } from '@ttp/core';
import { OWN_LABELS_MAX } from '../limits.js';

const TERMS: ReadonlySet<string> = new Set(LABELS);

/** Most labels that one list, and one trace, may have: those of the closed list and {@link OWN_LABELS_MAX} of one's own. */
const MOST = LABELS.length + OWN_LABELS_MAX;

/**
 * A list of labels, as hostile as anything from outside: each once, in order.
 *
 * @throws GUARD_LABELS_INVALID for anything but a list of names of 1 to 32 of `a-z0-9-`, a letter first, and for more
 *   names than a trace may have
 */
export function readLabels(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length > MOST) throw invalid();
  const labels = new Set<string>();
  for (const label of value as readonly unknown[]) {
    if (typeof label !== 'string' || !isLabel(label)) throw invalid();
    labels.add(label);
  }
  return [...labels].sort();
}

/**
 * Both sets as one; the first itself where the second adds nothing.
 *
 * @throws GUARD_LABELS_TOO_MANY for more of one's own than {@link OWN_LABELS_MAX}
 */
export function joinLabels(known: readonly string[], added: readonly string[]): readonly string[] {
  const fresh = added.filter((label) => !known.includes(label));
  if (fresh.length === 0) return known;
  const all = [...new Set([...known, ...fresh])].sort();
  if (all.filter((label) => !TERMS.has(label)).length > OWN_LABELS_MAX)
    throw new TtpError('GUARD_LABELS_TOO_MANY', `a trace has at most ${OWN_LABELS_MAX} labels of its own`);
  return all;
}

const invalid = (): TtpError =>
  new TtpError('GUARD_LABELS_INVALID', `labels are a list of at most ${MOST} lowercase names`);
