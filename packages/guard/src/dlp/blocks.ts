import { isJsonObject, type Json } from '@ttp/core';
import { type DlpFinding, scanText } from './scan.js';

/** What was found in the texts of several blocks read as one. */
export interface AcrossBlocks {
  /** The findings that begin in one block and end in another one, with positions in the joined text. */
  readonly findings: readonly DlpFinding[];
  /** By block: the parts of those findings that are in it, with positions in its own text. */
  readonly parts: readonly (readonly DlpFinding[])[];
}

/**
 * Blocks of content (`{ type: 'text', text }`) are read one after the other, as one text: half a key in each of two
 * of them is a key. What is found within one block is left to the scan of that block.
 *
 * @param texts of the blocks; empty for one without text
 * @throws GUARD_VALUE_TOO_LARGE, GUARD_DLP_TOO_ENCODED
 */
export function scanAcross(texts: readonly string[]): AcrossBlocks {
  const findings: DlpFinding[] = [];
  const parts: DlpFinding[][] = texts.map(() => []);
  if (texts.filter((text) => text !== '').length < 2) return { findings, parts };
  const starts: number[] = [];
  let length = 0;
  for (const text of texts) {
    starts.push(length);
    length += text.length;
  }
  let block = 0;
  // In order of their starts, so that no block is looked at again for every finding.
  for (const finding of scanText(texts.join(''))) {
    while ((starts[block + 1] ?? length) <= finding.start) block++;
    if ((starts[block + 1] ?? length) >= finding.end) continue;
    findings.push(finding);
    for (let i = block; i < texts.length; i++) {
      const begin = starts[i] ?? 0;
      if (begin >= finding.end) break;
      const start = Math.max(0, finding.start - begin);
      const end = Math.min(texts[i]?.length ?? 0, finding.end - begin);
      if (start < end) parts[i]?.push({ ...finding, start, end });
    }
  }
  return { findings, parts };
}

/** The text of a block; empty where the value is none. */
export function blockText(value: Json): string {
  const text = isJsonObject(value) ? value['text'] : undefined;
  return typeof text === 'string' ? text : '';
}
