import {
  codeOf,
  type ErrorCode,
  HANDLER_ORDER,
  type Interaction,
  type Label,
  type ObligationHandler,
} from '@ttp/core';
import { utf8 } from '@ttp/crypto';
import { plainJson } from '../plain.js';
import { readText } from '../stream.js';
import { type DlpReport, inspectJson, redactJson, requireUnblocked, scanJson } from './redact.js';
import { DLP_RULES } from './rules.js';

/** What a handler is made with. */
export interface DlpHandlerOptions {
  /**
   * Told, before the result leaves, what kinds of data were found in it, also where it is withheld for that. What it
   * throws withholds the result.
   */
  readonly found?: (labels: readonly Label[], interaction: Interaction) => Promise<void>;
}

/**
 * Fulfils `dlp` obligations (decision D36): both directions, before anything is forwarded (flaw.L2).
 *
 * Inputs are scanned in `check`, where nothing can be redacted any more: the arguments are what was decided and
 * approved. So a finding of any rule refuses the call with GUARD_DLP_BLOCKED. Outputs are redacted in `after`, or
 * withheld as a whole where a rule says so. What is too large or not JSON is refused, never passed.
 * A stream is held until its end and then scanned as one text, so that nothing can hide between two chunks; it is
 * withheld when it is larger than the largest value or not UTF-8.
 */
export function dlpHandler({ found }: DlpHandlerOptions = {}): ObligationHandler {
  return {
    kind: 'dlp',
    order: HANDLER_ORDER.dlp,
    check({ params }, interaction) {
      // Nothing can be configured; parameters that nobody reads could ask for more than is done.
      if (Object.keys(params).length > 0) return 'GUARD_OBLIGATION_INVALID';
      return refusal(interaction);
    },
    async after(_obligation, value, interaction) {
      // A tool that returns nothing lets nothing out.
      if (value === undefined) return undefined;
      const { value: clean, reports } = inspectJson(plainJson(value));
      if (reports.length > 0) await found?.(labelsOf(reports), interaction);
      requireUnblocked(reports);
      return clean;
    },
    through: (_obligation, chunks) => scanned(chunks),
  };
}

function refusal({ target, action, resource, input, claims }: Interaction): ErrorCode | undefined {
  try {
    return scanJson({ target, action, resource, input, claims }).length > 0 ? 'GUARD_DLP_BLOCKED' : undefined;
  } catch (error) {
    return codeOf(error, 'GUARD_DLP_BLOCKED');
  }
}

/** The labels of what was found, each once. */
function labelsOf(reports: readonly DlpReport[]): readonly Label[] {
  const found = new Set(reports.map(({ rule }) => rule));
  return [...new Set(DLP_RULES.flatMap(({ id, label }) => (found.has(id) ? [label] : [])))];
}

async function* scanned(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { value } = redactJson(await readText(chunks));
  if (typeof value === 'string') yield utf8(value);
}
