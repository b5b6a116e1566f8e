import { codeOf, type ErrorCode } from '@ttp/core';
import { REFUSED_JSONRPC_CODE } from '../../limits.js';
import { meaningOf } from '../explain.js';

/** The status of each refusal; everything else is a malformed request, 400. */
const STATUS: Readonly<Record<string, number>> = {
  GATEWAY_HTTP_UNAUTHORIZED: 401,
  GATEWAY_HTTP_HOST: 403,
  GATEWAY_HTTP_ORIGIN: 403,
  GUARD_KILLED: 403,
  GATEWAY_SESSION_UNKNOWN: 404,
  GATEWAY_HTTP_BODY_TOO_LARGE: 413,
  GATEWAY_BUSY: 429,
  GATEWAY_SESSIONS_FULL: 503,
  GATEWAY_CLOSING: 503,
};

/** A refusal as an HTTP answer: a JSON-RPC error with the code in its data, never with the cause. */
export function refusal(error: unknown): Response {
  const code = codeOf(error, 'GATEWAY_BAD_REQUEST');
  const status = STATUS[code] ?? 400;
  return new Response(JSON.stringify({ jsonrpc: '2.0', id: null, error: errorOf(code) }), {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(status === 429 || status === 503 ? { 'retry-after': '1' } : {}),
    },
  });
}

const errorOf = (
  code: ErrorCode,
): { readonly code: number; readonly message: string; readonly data: Readonly<Record<string, string>> } => ({
  code: REFUSED_JSONRPC_CODE,
  message: `${code}. ${meaningOf(code)}`,
  data: { 'ttp/code': code },
});
