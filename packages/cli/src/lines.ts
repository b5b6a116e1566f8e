import type { Readable } from 'node:stream';

const NEWLINE = 0x0a;

/** A line of a stream, without its newline; undefined where it was longer than the limit. */
export type Line = Uint8Array | undefined;

/**
 * The lines of a stream, in order; what follows the last newline is a line if there is anything. Memory stays within
 * the limit: of a longer line nothing is kept.
 */
export async function* readLines(stream: Readable, maxBytes: number): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const keep = (part: Uint8Array): void => {
    length += part.length;
    if (length <= maxBytes) parts.push(part);
    else parts = [];
  };
  const take = (): Line => {
    const line = length > maxBytes ? undefined : new Uint8Array(Buffer.concat(parts));
    [parts, length] = [[], 0];
    return line;
  };
  for await (const chunk of stream) {
    let rest: Uint8Array = chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk));
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      keep(rest.subarray(0, end));
      yield take();
      rest = rest.subarray(end + 1);
    }
    keep(rest);
  }
  if (length > 0) yield take();
}
