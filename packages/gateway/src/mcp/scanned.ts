import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { redactJson, scanJson } from '@ttp/guard/dlp';
import type { Answer } from './ask.js';

/**
 * For what goes to the other side without a decision: it could carry out what no call may carry out (flaw.L2).
 * Whoever sends it wrote it himself, so it is refused and not redacted.
 *
 * @throws GUARD_DLP_BLOCKED, GUARD_VALUE_TOO_LARGE, GUARD_DLP_TOO_ENCODED
 */
export function requireClean(value: Json): void {
  const [found] = scanJson(value);
  if (found !== undefined)
    throw new TtpError('GUARD_DLP_BLOCKED', `${found.rule} is not handed on`, { field: found.path });
}

/**
 * What a server says without a decision, redacted: a result that was withheld must not arrive as a log message.
 *
 * @throws GUARD_DLP_BLOCKED, GUARD_VALUE_TOO_LARGE, GUARD_DLP_TOO_ENCODED: withhold it
 */
export function redacted(value: JsonObject): JsonObject {
  const { value: clean } = redactJson(value);
  return isJsonObject(clean) ? clean : {}; // an object stays one
}

/** An answer, its error too. Throws like {@link redacted}. */
export function redactedAnswer(answer: Answer): Answer {
  if ('result' in answer) return { result: redacted(answer.result) };
  const { code, message, data } = answer.error;
  const said = redacted({ message, ...(data === undefined ? {} : { data }) });
  return {
    error: {
      code,
      message: typeof said['message'] === 'string' ? said['message'] : '',
      ...(said['data'] === undefined ? {} : { data: said['data'] }),
    },
  };
}
