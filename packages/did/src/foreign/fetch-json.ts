import { type Fetch, isJsonObject, type JsonObject, type Timer, TtpError } from '@ttp/core';
import { joinBytes, parseJson } from '@ttp/crypto';
import { FOREIGN_DOCUMENT_MAX_BYTES, FOREIGN_FETCH_MAX_MS } from '../limits.js';

/** What reads a document of the web: the guarded Fetch port, and the Timer that ends it. */
export interface WebPorts {
  readonly fetch: Fetch;
  readonly timer: Timer;
}

/**
 * Reads a JSON object from the web: https, status 200, at most {@link FOREIGN_DOCUMENT_MAX_BYTES} and
 * {@link FOREIGN_FETCH_MAX_MS}. What address may be connected to is for the Fetch port to say (flaws D5, G3).
 *
 * @throws DID_WEB_UNREACHABLE, DID_WEB_TOO_LARGE, the CRYPTO_JSON_* codes, and the codes of the Fetch port
 */
export async function fetchJson(url: string, web: WebPorts): Promise<JsonObject> {
  const controller = new AbortController();
  const late = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => {
      reject(refuse('DID_WEB_UNREACHABLE', `no answer of ${url} within ${FOREIGN_FETCH_MAX_MS} ms`));
    });
  });
  const dispose = web.timer.after(FOREIGN_FETCH_MAX_MS, () => {
    controller.abort();
  });
  try {
    // The port may not heed the signal; the time limit holds anyway.
    const bytes = await Promise.race([read(url, web.fetch, controller.signal), late]);
    const value = parseJson(bytes, { profile: 'foreign' });
    if (!isJsonObject(value)) throw refuse('DID_BAD_DOCUMENT', `${url} holds no JSON object`);
    return value;
  } finally {
    dispose();
  }
}

async function read(url: string, port: Fetch, signal: AbortSignal): Promise<Uint8Array> {
  const headers = { accept: 'application/did+json, application/json' };
  const { status, body } = await port.fetch({ url, method: 'GET', headers, signal });
  if (status !== 200) throw refuse('DID_WEB_UNREACHABLE', `${url} answers ${status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > FOREIGN_DOCUMENT_MAX_BYTES)
      throw refuse('DID_WEB_TOO_LARGE', `${url} is longer than ${FOREIGN_DOCUMENT_MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return joinBytes(chunks);
}

function refuse(
  code: 'DID_WEB_UNREACHABLE' | 'DID_WEB_TOO_LARGE' | 'DID_BAD_DOCUMENT',
  message: string,
): TtpError {
  return new TtpError(code, message, { field: 'url' });
}
