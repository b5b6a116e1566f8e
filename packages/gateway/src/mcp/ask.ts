import type { Client, RequestOptions, StandardSchemaV1 } from '@modelcontextprotocol/client';
import type { Server } from '@modelcontextprotocol/server';
import { codeOf, isJsonObject, isTtpError, type Json, type JsonObject, TtpError } from '@ttp/core';
import { plainCopy } from '@ttp/crypto';
import type { GatewayErrorCode } from '../errors.js';
import { RESULT_MAX_BYTES } from '../limits.js';

/** One end of a session: the client of the server behind the gateway, or the server that the agent speaks to. */
export type Peer = Client | Server;

/** What the other side said: its result, or its own error. Both are its words and are treated alike. */
export type Answer =
  | { readonly result: JsonObject }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: Json } };

/** JSON-RPC errors that say of the request that it is wrong, and nothing of who was asked: -32602 to -32600. */
const REQUEST_ERRORS = [-32_600, -32_601, -32_602];

/** Whether an answer says that whoever was asked failed at it. */
export function isFailure(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return false;
  const { error, result }: { readonly error?: unknown; readonly result?: unknown } = answer;
  if (typeof error === 'object' && error !== null)
    return !('code' in error && REQUEST_ERRORS.some((code) => code === error.code));
  return typeof result === 'object' && result !== null && 'isError' in result && result.isError === true;
}

/** Who is asked, and how its silence is called. */
export type Side = 'UPSTREAM' | 'CLIENT';

/**
 * Results as they came: the SDK's own schemas would drop members that they do not know, and then what is compared
 * with a pin would not be what was said.
 */
const AS_SENT: StandardSchemaV1<unknown, JsonObject> = {
  '~standard': {
    version: 1,
    vendor: 'ttp',
    validate(value) {
      const copy = plainCopy(value);
      return isJsonObject(copy) ? { value: copy } : { issues: [{ message: 'a result is an object' }] };
    },
  },
};

const UNREAD: StandardSchemaV1<unknown, unknown> = {
  '~standard': { version: 1, vendor: 'ttp', validate: (value) => ({ value }) },
};

/**
 * Asks the other side, bounded in time and size.
 *
 * @param options `timeout`: silence that is waited for, ms
 * @throws GATEWAY_<side>_TIMEOUT, GATEWAY_<side>_CLOSED, GATEWAY_<side>_INVALID, GATEWAY_RESULT_TOO_LARGE,
 *   GATEWAY_CANCELLED or the coded reason of the signal
 */
export async function ask(
  peer: Peer,
  side: Side,
  request: { readonly method: string; readonly params: JsonObject },
  options: RequestOptions,
): Promise<Answer> {
  let answer: Answer;
  try {
    answer = { result: await peer.request({ ...request }, AS_SENT, options) };
  } catch (error) {
    if (options.signal?.aborted === true)
      throw new TtpError(codeOf(options.signal.reason, 'GATEWAY_CANCELLED'), 'the request was given up');
    answer = { error: errorAnswer(error, side) };
  }
  requireSize(answer);
  return answer;
}

/** The JSON-RPC error that the other side sent; whatever else went wrong is thrown with a code. */
function errorAnswer(error: unknown, side: Side): { code: number; message: string; data?: Json } {
  if (isTtpError(error)) throw error;
  // What `fetch` throws where there is no connection.
  if (error instanceof TypeError && side === 'UPSTREAM')
    throw new TtpError('GATEWAY_UPSTREAM_UNREACHABLE', 'the server cannot be reached', { cause: error });
  if (!(error instanceof Error) || !('code' in error))
    throw new TtpError(`GATEWAY_${side}_INVALID`, 'the answer cannot be read', { cause: error });
  const { code, message } = error;
  if (typeof code !== 'number') throw new TtpError(codeOfSilence(code, side), message, { cause: error });
  const data = 'data' in error && error.data !== undefined ? { data: plainCopy(error.data) } : {};
  return { code, message, ...data };
}

function codeOfSilence(code: unknown, side: Side): GatewayErrorCode {
  if (code === 'REQUEST_TIMEOUT') return `GATEWAY_${side}_TIMEOUT`;
  if (code === 'CONNECTION_CLOSED' || code === 'NOT_CONNECTED') return `GATEWAY_${side}_CLOSED`;
  return `GATEWAY_${side}_INVALID`;
}

/** What was answered, as text: a listing is compared by it before anything of it is read. */
export async function askText(peer: Peer, method: string, options: RequestOptions): Promise<string> {
  try {
    const text = JSON.stringify(await peer.request({ method }, UNREAD, options));
    requireTextSize(text);
    return text;
  } catch (error) {
    throw isTtpError(error) ? error : askedInVain(error);
  }
}

/** An error in place of a listing, too: without one no tool can be told from a changed one. */
function askedInVain(error: unknown): TtpError {
  const { code, message } = errorAnswer(error, 'UPSTREAM');
  return new TtpError('GATEWAY_UPSTREAM_INVALID', `${code}: ${message}`, { cause: error });
}

/** Throws GATEWAY_RESULT_TOO_LARGE for JSON of more than {@link RESULT_MAX_BYTES}. */
export const requireSize = (value: Json): void => requireTextSize(JSON.stringify(value));

/** In UTF-8 a character of a text is three bytes at most. */
function requireTextSize(text: string): void {
  if (text.length * 3 <= RESULT_MAX_BYTES) return;
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > RESULT_MAX_BYTES)
    throw new TtpError('GATEWAY_RESULT_TOO_LARGE', `${bytes} bytes, ${RESULT_MAX_BYTES} at most`);
}
