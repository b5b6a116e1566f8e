import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { codeOf, isJsonObject, type Json, type JsonObject, type Outcome, TtpError } from '@ttp/core';
import { plainCopy } from '@ttp/crypto';
import type { Ttp } from '@ttp/sdk';
import { REFUSED_JSONRPC_CODE } from '../limits.js';
import type { Answer } from './ask.js';
import { meaningOf, textOf } from './explain.js';
import { withoutOwnKeys, withoutOwnMeta } from './meta.js';

/**
 * The answer to `tools/call`: the tool's own result, or a result that says why there is none. Models read results;
 * few see JSON-RPC errors.
 *
 * @param own what the gateway says of it
 * @throws a JSON-RPC error where the server answered with one
 */
export function toolResult(outcome: Outcome<Answer>, own: JsonObject): JsonObject {
  if (outcome.status === 'done') return passedOn(outcome.value, own);
  return { content: [{ type: 'text', text: textOf(outcome) }], isError: true, _meta: own };
}

/**
 * The answer to any other policed request.
 *
 * @param own what the gateway says of it
 * @throws a JSON-RPC error where the server answered with one, or with the refusal in its data
 */
export function methodResult(outcome: Outcome<Answer>, own: JsonObject): JsonObject {
  if (outcome.status === 'done') return passedOn(outcome.value, own);
  throw new ProtocolError(REFUSED_JSONRPC_CODE, textOf(outcome), own);
}

/**
 * The answer to a server that asked the agent for something: of the decision it learns nothing but the code.
 *
 * @throws a JSON-RPC error where the agent answered with one, or with the code in its data
 */
export function resultForServer(outcome: Outcome<Answer>): JsonObject {
  if (outcome.status === 'done') return passedOn(outcome.value, {});
  const { code } = outcome;
  throw new ProtocolError(REFUSED_JSONRPC_CODE, `${code}. ${meaningOf(code)}`, { 'ttp/code': code });
}

/** What the other side said, without what it said in our name, and with what we say. */
export function passedOn(answer: Answer, own: JsonObject): JsonObject {
  if ('error' in answer) {
    const { code, message, data } = answer.error;
    throw new ProtocolError(code, message, errorData(data, own));
  }
  const result = withoutOwnMeta(answer.result);
  return withOwn(result, own);
}

function errorData(data: Json | undefined, own: JsonObject): Json | undefined {
  if (isJsonObject(data)) return { ...withoutOwnKeys(data), ...own };
  if (Object.keys(own).length === 0) return data;
  return data === undefined ? own : { data, ...own };
}

/** Says in every answer that little is enforced (decision D37). Nothing is added where everything is. */
export const modeMeta = ({ mode }: Pick<Ttp, 'mode'>): JsonObject =>
  mode === 'observe' ? { 'ttp/mode': mode } : {};

/** An answer with what we say beside it. */
export const withOwn = (result: JsonObject, own: JsonObject): JsonObject => {
  const { _meta: meta } = result;
  return Object.keys(own).length === 0
    ? result
    : { ...result, _meta: { ...(isJsonObject(meta) ? meta : {}), ...own } };
};

/** A fault of a relay as a JSON-RPC error: its code in the data, never its cause. */
export function protocolError(error: unknown, own: JsonObject = {}): ProtocolError {
  if (error instanceof ProtocolError) {
    if (Object.keys(own).length === 0) return error;
    return new ProtocolError(error.code, error.message, errorData(asData(error.data), own));
  }
  const code = codeOf(error, 'GATEWAY_UPSTREAM_INVALID');
  const isMalformed = code === 'GATEWAY_BAD_REQUEST' || code.startsWith('CRYPTO_JSON_');
  return new ProtocolError(
    isMalformed ? ProtocolErrorCode.InvalidParams : REFUSED_JSONRPC_CODE,
    `${code}. ${meaningOf(code)}`,
    {
      'ttp/code': code,
      ...(error instanceof TtpError && error.field !== undefined ? { field: error.field } : {}),
      ...own,
    },
  );
}

const asData = (data: unknown): Json | undefined => (data === undefined ? undefined : plainCopy(data));

/** What answers a method that is on no list. */
export const methodUnknown = (): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.MethodNotFound, 'Method not found', {
    'ttp/code': 'GATEWAY_BAD_REQUEST',
  });
