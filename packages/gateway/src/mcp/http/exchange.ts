import { TtpError } from '@ttp/core';
import { HTTP_BACKLOG_MAX_BYTES } from '../../limits.js';

/**
 * `response`, whose body tells when it is over: read to its end, given up by its reader, or cut off because whoever
 * asked is gone. A stream that is not read is cut off, and can be resumed. `end` is called once; at once where there is no body.
 */
export function untilEnd(response: Response, gone: AbortSignal, end: () => void): Response {
  const { body, status, headers } = response;
  if (body === null) {
    end();
    return response;
  }
  const reader = body.getReader();
  let isOver = false;
  const over = (): void => {
    if (isOver) return;
    isOver = true;
    gone.removeEventListener('abort', leave);
    end();
  };
  const leave = (): void => {
    over();
    reader.cancel().catch(() => undefined); // nobody is left who could be told
  };
  const watched = new ReadableStream<Uint8Array>(
    {
      async start(controller) {
        // Taken as it comes: whoever reads slowly must not have everything that is said kept for him.
        try {
          for (let next = await reader.read(); !next.done; next = await reader.read()) {
            controller.enqueue(next.value);
            if ((controller.desiredSize ?? 0) < 0)
              throw new TtpError('GATEWAY_BUSY', `${HTTP_BACKLOG_MAX_BYTES} bytes were not read`);
          }
          over();
          controller.close();
        } catch (error) {
          leave();
          controller.error(error);
        }
      },
      cancel: leave,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: HTTP_BACKLOG_MAX_BYTES }),
  );
  if (gone.aborted) leave();
  else gone.addEventListener('abort', leave, { once: true });
  return new Response(watched, { status, headers });
}
