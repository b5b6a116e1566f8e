import type { EventStore } from '@modelcontextprotocol/server';
import { HTTP_EVENTS_MAX, HTTP_EVENTS_MAX_BYTES } from '../../limits.js';

type Message = Parameters<EventStore['storeEvent']>[1];

interface StoredEvent {
  readonly serial: number;
  readonly stream: string;
  readonly message: Message;
  readonly bytes: number;
}

/**
 * What was said on the streams of one session, so that an agent that lost a stream hears the rest of it. Bounded: the
 * eldest events go first, and whoever asks for what came after them is refused instead of being told half of it.
 */
export function createEventStore(): EventStore {
  const events: StoredEvent[] = [];
  let serial = 0;
  let bytes = 0;

  const find = (id: string): StoredEvent | undefined => events.find((event) => idOf(event) === id);

  return {
    storeEvent(stream, message) {
      const event = { serial: ++serial, stream, message, bytes: JSON.stringify(message).length };
      events.push(event);
      bytes += event.bytes;
      while (events.length > HTTP_EVENTS_MAX || bytes > HTTP_EVENTS_MAX_BYTES)
        bytes -= events.shift()?.bytes ?? 0;
      return Promise.resolve(idOf(event));
    },
    getStreamIdForEventId: (id) => Promise.resolve(find(id)?.stream),
    async replayEventsAfter(id, { send }) {
      const last = find(id);
      if (last === undefined) return '';
      // The event that opens a stream is empty: it only brought the first id.
      const isLater = ({ stream, serial: at, message }: StoredEvent): boolean =>
        stream === last.stream && at > last.serial && 'jsonrpc' in message;
      for (const event of events.filter((one) => isLater(one))) await send(idOf(event), event.message);
      return last.stream;
    },
  };
}

/** Ids count up within a session; a client may not make anything of them. */
const idOf = ({ serial }: StoredEvent): string => `e${serial}`;
