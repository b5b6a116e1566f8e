import { TtpError } from '@ttp/core';
import { DLP_DECODE_LAYERS, DLP_DECODED_FACTOR, VALUE_MAX_UNITS } from '../limits.js';
import { decodeRuns } from './decode.js';
import { unescape } from './escapes.js';
import { normalise } from './normalise.js';
import { DLP_RULES, type DlpAction, type DlpSeverity, SHORTEST_FINDING } from './rules.js';
import { originalView, type View } from './view.js';

/** Where a rule found something. It never holds what was found. */
export interface DlpFinding {
  readonly rule: string;
  /** UTF-16 position in the text that was given, inclusive. */
  readonly start: number;
  /** UTF-16 position, exclusive. What was found inside an encoded run spans the whole run. */
  readonly end: number;
  readonly severity: DlpSeverity;
  readonly action: DlpAction;
}

/** Texts up to here may decode to as much as if they had this length: encodings of short texts overlap. */
const DECODED_MIN_UNITS = 4_096;

// oxlint-disable-next-line no-control-regex
const NOT_ASCII = /[^\u0000-\u007f]/;

/**
 * Looks for the data of the default rules in a text and in what it hides: normalised first, then with up to three
 * layers of URL, HTML, JSON, base64 and hex encoding undone (decision D36). Best effort: encryption, compression,
 * other encodings and data split over several texts are not seen.
 *
 * @param text at most {@link VALUE_MAX_UNITS} UTF-16 units
 * @returns the findings by position; those of one rule do not overlap
 * @throws GUARD_VALUE_TOO_LARGE, GUARD_DLP_TOO_ENCODED: what cannot be scanned must not pass
 */
export function scanText(text: string): readonly DlpFinding[] {
  if (text.length > VALUE_MAX_UNITS)
    throw new TtpError('GUARD_VALUE_TOO_LARGE', `a text of more than ${VALUE_MAX_UNITS} units`);
  // What is not ASCII can stand for several characters: `⑫` is two digits.
  if (text.length < SHORTEST_FINDING && !NOT_ASCII.test(text)) return [];
  let budget = Math.max(text.length, DECODED_MIN_UNITS) * DLP_DECODED_FACTOR;
  const findings: DlpFinding[] = [];
  let views: readonly View[] = [normalise(originalView(text))];
  for (let layer = 0; views.length > 0; layer++) {
    const next: View[] = [];
    for (const view of views) {
      findings.push(...findIn(view));
      if (layer === DLP_DECODE_LAYERS) continue;
      for (const inner of decode(view)) {
        budget -= inner.text.length;
        if (budget < 0) throw new TtpError('GUARD_DLP_TOO_ENCODED', 'the text decodes to too much');
        next.push(normalise(inner));
      }
    }
    views = next;
  }
  return merge(findings);
}

/** One layer down: the escapes undone in place, and what each encoded run holds. */
function* decode(view: View): Generator<View> {
  const plain = unescape(view);
  if (plain !== undefined) yield plain;
  yield* decodeRuns(view);
}

function* findIn(view: View): Generator<DlpFinding> {
  for (const { id, severity, action, find } of DLP_RULES)
    for (const [start, end] of find(view.text))
      yield { rule: id, start: view.start(start), end: view.end(end - 1), severity, action };
}

/** The same thing is found in several layers: overlapping findings of one rule become one. */
function merge(findings: readonly DlpFinding[]): readonly DlpFinding[] {
  const merged: DlpFinding[] = [];
  const last = new Map<string, number>();
  for (const finding of [...findings].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const at = last.get(finding.rule);
    const before = at === undefined ? undefined : merged[at];
    if (at !== undefined && before !== undefined && finding.start < before.end)
      merged[at] = { ...before, end: Math.max(before.end, finding.end) };
    else last.set(finding.rule, merged.push(finding) - 1);
  }
  return merged;
}
