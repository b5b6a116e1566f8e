import type { IncomingMessage } from 'node:http';
import { type FetchResponse, TtpError } from '@ttp/core';
import type { Deadline } from './deadline.js';

/**
 * The answer as the Fetch port gives it: headers in lower case, repeated ones joined with a comma, the body as it
 * came. The deadline ends with the body; a body that nobody reads is cut off by it.
 *
 * @param method of the request: the answer to a HEAD announces a body that does not come
 * @param maxBytes the largest body, bytes
 * @throws FETCH_TOO_LARGE when the server announces more, FETCH_ENCODED for a compressed body
 */
export function responseOf(
  message: IncomingMessage,
  method: string,
  maxBytes: number,
  deadline: Deadline,
): FetchResponse {
  const headers = Object.fromEntries(
    Object.entries(message.headersDistinct).map(([name, values = []]) => [name, values.join(', ')]),
  );
  // A decompressor may be waiting further on: a few kilobytes can be gigabytes to it.
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    throw new TtpError('FETCH_ENCODED', 'the response is compressed');
  if (method !== 'HEAD' && Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  return { status: message.statusCode ?? 0, headers, body: bodyOf(message, maxBytes, deadline) };
}

async function* bodyOf(
  message: IncomingMessage,
  maxBytes: number,
  deadline: Deadline,
): AsyncGenerator<Uint8Array> {
  try {
    let read = 0;
    const chunks: AsyncIterable<Uint8Array> = message;
    for await (const chunk of chunks) {
      read += chunk.length;
      if (read > maxBytes) throw tooLarge(maxBytes);
      yield Uint8Array.from(chunk);
    }
  } catch (cause) {
    throw deadline.faultOf(cause, 'FETCH_FAILED');
  } finally {
    deadline.done(); // the loop closes the connection by itself, however it ends
  }
}

function tooLarge(maxBytes: number): TtpError<'FETCH_TOO_LARGE'> {
  return new TtpError('FETCH_TOO_LARGE', `the response has more than ${maxBytes} bytes`);
}
