import { codeRejectedBy } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { HTTP_BACKLOG_MAX_BYTES } from '../../../src/limits.js';
import { untilEnd } from '../../../src/mcp/http/exchange.js';

/** A response whose body the test writes, and what becomes of it. */
function streamed() {
  const seen = { ended: 0, cancelled: 0 };
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (given) => {
      controller = given;
    },
    cancel: () => {
      seen.cancelled++;
    },
  });
  const gone = new AbortController();
  const response = untilEnd(new Response(body, { status: 201 }), gone.signal, () => seen.ended++);
  return {
    seen,
    gone,
    response,
    write: (bytes: number) => controller?.enqueue(new Uint8Array(bytes)),
    close: () => controller?.close(),
  };
}

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('an exchange', () => {
  it('ends with its body, once', async () => {
    const { seen, response, write, close } = streamed();
    write(3);
    await settle();
    expect(seen).toEqual({ ended: 0, cancelled: 0 });
    close();
    expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([201, 3]);
    expect(seen).toEqual({ ended: 1, cancelled: 0 });
  });

  it('ends at once where there is no body', () => {
    let ended = 0;
    const response = new Response(null, { status: 202 });
    expect(untilEnd(response, new AbortController().signal, () => ended++)).toBe(response);
    expect(ended).toBe(1);
  });

  it('ends with whoever asked, and gives up the body', async () => {
    const { seen, gone } = streamed();
    gone.abort();
    gone.abort();
    await settle();
    expect(seen).toEqual({ ended: 1, cancelled: 1 });
  });

  it('is cut off when nobody reads it', async () => {
    const { seen, response, write } = streamed();
    for (let n = 0; n < 8; n++) write(HTTP_BACKLOG_MAX_BYTES / 8);
    await settle();
    expect(seen).toEqual({ ended: 0, cancelled: 0 });
    write(1);
    await settle();
    expect(seen).toEqual({ ended: 1, cancelled: 1 });
    expect(await codeRejectedBy(response.text())).toBe('GATEWAY_BUSY');
  });
});
