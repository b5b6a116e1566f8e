import {
  codeOf,
  type ErrorCode,
  HANDLER_ORDER,
  type Interaction,
  type ObligationHandler,
  TtpError,
} from '@ttp/core';
import { fromUtf8, utf8 } from '@ttp/crypto';
import { VALUE_MAX_UNITS } from '../limits.js';
import { plainJson } from '../plain.js';
import { redactJson, scanJson } from './redact.js';

/**
 * Fulfils `dlp` obligations (decision D36): both directions, before anything is forwarded (flaw.L2).
 *
 * Inputs are scanned in `check`, where nothing can be redacted any more: the arguments are what was decided and
 * approved. So a finding of any rule refuses the call with GUARD_DLP_BLOCKED. Outputs are redacted in `after`, or
 * withheld as a whole where a rule says so. What is too large or not JSON is refused, never passed.
 * A stream is held until its end and then scanned as one text, so that nothing can hide between two chunks; it is
 * withheld when it is larger than {@link VALUE_MAX_UNITS} bytes or not UTF-8.
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
  const held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > VALUE_MAX_UNITS)
      throw new TtpError('GUARD_VALUE_TOO_LARGE', `a stream of more than ${VALUE_MAX_UNITS} bytes`);
    held.push(chunk.slice());
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of held) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  const { value } = redactJson(fromUtf8(whole));
  if (typeof value === 'string') yield utf8(value);
}
