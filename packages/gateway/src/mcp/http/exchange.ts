/**
 * `response`, whose body tells when it is over: read to its end, given up by its reader, or cut off because whoever
 * asked is gone. `end` is called once; at once where there is no body.
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
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          over();
          controller.close();
        } catch (error) {
          over();
          controller.error(error);
        }
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
  if (gone.aborted) leave();
  else gone.addEventListener('abort', leave, { once: true });
  return new Response(watched, { status, headers });
}
