import { codeOf, type ErrorCode, HANDLER_ORDER, type Interaction, type ObligationHandler } from '@ttp/core';
import { utf8 } from '@ttp/crypto';
import { plainJson } from '../plain.js';
import { readText } from '../stream.js';
import { redactJson, scanJson } from './redact.js';

/**
 * Fulfils `dlp` obligations (decision D36): both directions, before anything is forwarded (flaw.L2).
 *
 * Inputs are scanned in `check`, where nothing can be redacted any more: the arguments are what was decided and
 * approved. So a finding of any rule refuses the call with GUARD_DLP_BLOCKED. Outputs are redacted in `after`, or
 * withheld as a whole where a rule says so. What is too large or not JSON is refused, never passed.
 * A stream is held until its end and then scanned as one text, so that nothing can hide between two chunks; it is
 * withheld when it is larger than the largest value or not UTF-8.
 */
export function dlpHandler(): ObligationHandler {
  return {
    kind: 'dlp',
    order: HANDLER_ORDER.dlp,
    check({ params }, interaction) {
      // Nothing can be configured; parameters that nobody reads could ask for more than is done.
      if (Object.keys(params).length > 0) return 'GUARD_OBLIGATION_INVALID';
      return refusal(interaction);
    },
    async after(_obligation, value) {
      // A tool that returns nothing lets nothing out.
      return value === undefined ? undefined : redactJson(plainJson(value)).value;
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

async function* scanned(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { value } = redactJson(await readText(chunks));
  if (typeof value === 'string') yield utf8(value);
}
