import { type Json, TtpError } from '@ttp/core';
import { joinBytes, parseJson } from '@ttp/crypto';
import { HTTP_BODY_MAX_BYTES } from '../../limits.js';

/**
 * The one JSON-RPC message of a request. What is not read the same by every reader (a key twice, a rounded integer)
 * is refused and never reaches the policy (flaw.J1), and so are batches, which MCP no longer has.
 *
 * @throws GATEWAY_HTTP_BODY_TOO_LARGE, GATEWAY_BAD_REQUEST, CRYPTO_JSON_*
 */
export async function readMessage(request: Request): Promise<Json> {
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > HTTP_BODY_MAX_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
    length += next.value.length;
    if (length > HTTP_BODY_MAX_BYTES) {
      await reader?.cancel();
      throw tooLarge();
    }
    chunks.push(next.value);
  }
  const json = parseJson(joinBytes(chunks), { profile: 'foreign', maxBytes: HTTP_BODY_MAX_BYTES });
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new TtpError('GATEWAY_BAD_REQUEST', 'a body is one JSON-RPC message');
  return json;
}

const tooLarge = (): TtpError =>
  new TtpError('GATEWAY_HTTP_BODY_TOO_LARGE', `${HTTP_BODY_MAX_BYTES} bytes at most`);
