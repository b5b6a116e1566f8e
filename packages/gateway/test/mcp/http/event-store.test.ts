import { describe, expect, it } from 'vitest';
import { HTTP_EVENTS_MAX, HTTP_EVENTS_MAX_BYTES } from '../../../src/limits.js';
import { createEventStore } from '../../../src/mcp/http/event-store.js';

const message = (method: string) => ({ jsonrpc: '2.0' as const, method });

/** What is replayed after an event, and the stream it belongs to. */
async function after(store: ReturnType<typeof createEventStore>, id: string) {
  const sent: unknown[] = [];
  const stream = await store.replayEventsAfter(id, {
    send: (_, one) => Promise.resolve(void sent.push('method' in one ? one.method : one)),
  });
  return [stream, sent] as const;
}

describe('the events of a session', () => {
  it('are replayed by stream, in order, without the empty one that opens it', async () => {
    const store = createEventStore();
    const opened = await store.storeEvent('a', JSON.parse('{}'));
    const ids: string[] = [];
    for (const [stream, method] of [
      ['a', 'one'],
      ['b', 'other'],
      ['a', 'two'],
    ] as const)
      ids.push(await store.storeEvent(stream, message(method)));
    await store.storeEvent('a', JSON.parse('{}'));
    expect(await after(store, opened)).toEqual(['a', ['one', 'two']]);
    expect(await after(store, ids[0] ?? '')).toEqual(['a', ['two']]);
    expect(await after(store, ids[1] ?? '')).toEqual(['b', []]);
    expect(await store.getStreamIdForEventId?.(ids[1] ?? '')).toBe('b');
  });

  it('are no longer there when there are too many of them', async () => {
    const store = createEventStore();
    const first = await store.storeEvent('a', message('first'));
    const second = await store.storeEvent('a', message('second'));
    for (let n = 2; n <= HTTP_EVENTS_MAX; n++) await store.storeEvent('a', message(`m${n}`));
    expect(await store.getStreamIdForEventId?.(first)).toBeUndefined();
    expect(await after(store, first)).toEqual(['', []]);
    expect((await after(store, second))[1]).toHaveLength(HTTP_EVENTS_MAX - 1);
  });

  it('are no longer there when they are too large together', async () => {
    const store = createEventStore();
    const first = await store.storeEvent('a', message('first'));
    const big = await store.storeEvent('a', message('x'.repeat(HTTP_EVENTS_MAX_BYTES - 100)));
    expect(await store.getStreamIdForEventId?.(first)).toBe('a');
    await store.storeEvent('a', message('x'.repeat(100)));
    expect(await store.getStreamIdForEventId?.(first)).toBeUndefined();
    expect(await store.getStreamIdForEventId?.(big)).toBeUndefined();
  });

  it('are unknown under a name that somebody made up', async () => {
    const store = createEventStore();
    await store.storeEvent('a', message('one'));
    for (const id of ['', 'e', 'e0', 'e2', 'e1 ', '__proto__'])
      expect(await store.getStreamIdForEventId?.(id)).toBeUndefined();
  });
});
