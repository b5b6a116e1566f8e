import type { Label } from '@ttp/core';
import { findCards } from './cards.js';

/** How bad it is when the data gets out. */
export type DlpSeverity = 'high' | 'critical';
/** `redact`: the finding is replaced. `block`: the whole value is withheld. */
export type DlpAction = 'redact' | 'block';

/** One kind of data that must not get out. */
export interface DlpRule {
  readonly id: string;
  readonly name: string;
  /** What to look for, in words or as a regular expression: for people, and for the audit. */
  readonly pattern: string;
  readonly severity: DlpSeverity;
  readonly action: DlpAction;
  /** What a trace is labelled with where a result held it. */
  readonly label: Label;
  /** `[start, end)` of every match in a normalised text, in order, in time linear in its length. */
  readonly find: (text: string) => Iterable<readonly [number, number]>;
}

/** Characters of the shortest thing that is searched for: an SSN with its separators. */
export const SHORTEST_FINDING = 11;

/** `_` is no letter here: `\b` of a regular expression would miss `old_AKIA...` (flaw.L1). */
const AFTER = '(?<![A-Za-z0-9])';
const BEFORE = '(?![A-Za-z0-9])';

/**
 * Areas 000, 666 and 900-999, group 00 and serial 0000 were never given out. A space or dot is a separator only
 * where no further number follows or goes before, as in `100 123 45 6789`: that is a row of a table.
 */
const SSN =
  `${AFTER}(?!000|666|9)[0-9]{3}(?:` +
  '(?<dash> ?- ?)(?!00)[0-9]{2}\\k<dash>(?!0000)[0-9]{4}' +
  '|(?<![0-9][ .][0-9]{3})(?<gap>[ .])(?!00)[0-9]{2}\\k<gap>(?!0000)[0-9]{4}(?![ .][0-9])' +
  `)${BEFORE}`;
/** The prefix in any case: upper-cased, a key is still a key to whoever reads it. */
const API_KEY = `${AFTER}(?:[sS][kK]_[lL][iI][vV][eE]_|[aA][pP][iI]_[kK][eE][yY]_)[A-Za-z0-9]{24,}`;
const AWS_KEY = `${AFTER}AKIA[0-9A-Z]{16}${BEFORE}`;

/** Every match of a pattern. matchAll works on a copy of the expression: no `lastIndex` that outlives a call (flaw.L1). */
function matchesOf(source: string): DlpRule['find'] {
  const pattern = new RegExp(source, 'g');
  const some = new RegExp(source); // of most texts it is enough to know that there is none
  return function* find(text) {
    if (!some.test(text)) return;
    for (const match of text.matchAll(pattern)) yield [match.index, match.index + match[0].length];
  };
}

/** The default rules, applied to every operation (ttp-protocol.txt L1395-1428, decision D36). */
export const DLP_RULES: readonly DlpRule[] = [
  {
    id: 'dlp-ssn',
    name: 'Social Security Number',
    pattern: SSN,
    severity: 'high',
    action: 'redact',
    label: 'pii',
    find: matchesOf(SSN),
  },
  {
    id: 'dlp-credit-card',
    name: 'Credit Card Number',
    pattern: '13 to 19 digits, in one run or in groups, in the range of a card network and Luhn-valid',
    severity: 'critical',
    action: 'redact',
    label: 'pii',
    find: findCards,
  },
  {
    id: 'dlp-api-key',
    name: 'API Key',
    pattern: API_KEY,
    severity: 'critical',
    action: 'block',
    label: 'secret',
    find: matchesOf(API_KEY),
  },
  {
    id: 'dlp-aws-key',
    name: 'AWS Access Key',
    pattern: AWS_KEY,
    severity: 'critical',
    action: 'block',
    label: 'secret',
    find: matchesOf(AWS_KEY),
  },
];
