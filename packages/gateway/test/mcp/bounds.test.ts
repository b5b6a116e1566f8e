import { codeRejectedBy, codeThrownBy, fakeClock } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  FLOOD_BYTES_MAX,
  FLOOD_MESSAGES_MAX,
  FLOOD_WINDOW_MS,
  MESSAGE_MAX_BYTES,
  RECONNECT_MAX_MS,
  RECONNECT_MIN_MS,
  REQUESTS_MAX,
} from '../../src/limits.js';
import { floodGauge } from '../../src/mcp/flood.js';
import { boundedMessages } from '../../src/mcp/http-upstream.js';
import { reconnecting } from '../../src/mcp/reconnecting.js';
import { createUnderWay } from '../../src/mcp/under-way.js';

/** How many bytes come through, of a body that arrives in these pieces. */
async function through(isStream: boolean, pieces: readonly string[]): Promise<number> {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  const reader = source.pipeThrough(boundedMessages(isStream)).getReader();
  let bytes = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) bytes += next.value.length;
  return bytes;
}

const half = 'x'.repeat(MESSAGE_MAX_BYTES / 2);

describe('the messages of a server over HTTP', () => {
  it.each<[string, boolean, readonly string[]]>([
    ['events that are small each', true, [`${half}\n\n`, `${half}\n\n`, `${half}\n\n`]],
    ['events that end with carriage returns, too', true, [`${half}\r`, '\n\r', '\n', half, '\r\n\r\n', half]],
    ['an answer as large as may be', false, [half, half]],
  ])('come through: %s', async (_, isStream, pieces) => {
    expect(await through(isStream, pieces)).toBe(pieces.join('').length);
  });

  it.each<[string, boolean, readonly string[]]>([
    ['an event without end', true, [half, half, 'x']],
    ['an event of lines without end', true, [`${half}\n`, `${half}\n`, 'x']],
    ['lines with carriage returns are no empty lines', true, [`${half}\r\n`, `${half}\r\n`, 'x']],
    ['an answer that is larger, whatever lines it has', false, [half, '\n\n', half, 'x']],
  ])('do not: %s', async (_, isStream, pieces) => {
    expect(await codeRejectedBy(through(isStream, pieces))).toBe('GATEWAY_RESULT_TOO_LARGE');
  });
});

describe('a server that ends its streams', () => {
  it.each([
    ['at once', 0, RECONNECT_MIN_MS],
    ['as it says', RECONNECT_MIN_MS + 1, RECONNECT_MIN_MS + 1],
    ['later than a timer takes', 2 ** 31, RECONNECT_MAX_MS],
    ['never', Number.POSITIVE_INFINITY, RECONNECT_MAX_MS],
  ])('is asked again within bounds where it wants that %s', async (_, asked, waits) => {
    const clock = fakeClock();
    let again = 0;
    const schedule = reconnecting(clock);
    schedule(() => again++, asked);
    schedule(() => again++, asked)(); // given up
    await clock.advance(waits - 1);
    expect(again).toBe(0);
    await clock.advance(1);
    expect(again).toBe(1);
  });
});

describe('what a server says unasked', () => {
  it('is bounded in number, within a window', async () => {
    const clock = fakeClock();
    const gauge = floodGauge(clock);
    for (let n = 0; n < FLOOD_MESSAGES_MAX; n++) gauge(1);
    expect(codeThrownBy(() => gauge(1))).toBe('GATEWAY_UPSTREAM_FLOOD');
    await clock.advance(FLOOD_WINDOW_MS - 1);
    expect(codeThrownBy(() => gauge(1))).toBe('GATEWAY_UPSTREAM_FLOOD');
    await clock.advance(1);
    expect(() => gauge(1)).not.toThrow();
  });

  it('is bounded in size', () => {
    const gauge = floodGauge(fakeClock());
    gauge(FLOOD_BYTES_MAX);
    expect(codeThrownBy(() => gauge(1))).toBe('GATEWAY_UPSTREAM_FLOOD');
  });
});

describe('requests under way', () => {
  it('are as many as may be, and one more when one has ended', async () => {
    const underWay = createUnderWay();
    const ends: PromiseWithResolvers<void>[] = [];
    const begin = (id: number): Promise<void> =>
      underWay.with(id, () => {
        const end = Promise.withResolvers<void>();
        ends.push(end);
        return end.promise;
      });
    const working = Array.from({ length: REQUESTS_MAX }, (_, id) => begin(id));
    expect(underWay.latest()).toBe(REQUESTS_MAX - 1);
    expect(await codeRejectedBy(begin(-1))).toBe('GATEWAY_BUSY');
    ends.at(-1)?.resolve();
    await working.at(-1);
    expect(underWay.latest()).toBe(REQUESTS_MAX - 2);
    const another = begin(-2);
    expect(underWay.latest()).toBe(-2);
    for (const { resolve } of ends) resolve();
    await Promise.all([...working, another]);
    await underWay.done();
    expect(underWay.latest()).toBeUndefined();
  });
});
