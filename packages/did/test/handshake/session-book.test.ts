import { asDid, asHash, type Did } from '@ttp/core';
import { describe, expect, it } from 'vitest';
import { httpSessions, type Session, sessionBook } from '../../src/index.js';

const did = (name: string): Did => asDid(`did:ttp:agent:${name}`);
const policy = asHash(`sha256:${'0'.repeat(64)}`);

/** A session that says what was done to it. */
function session(self: string, peer: string, done: string[], close = Promise.resolve()): Session {
  const side = (name: string) => ({ did: did(name), kid: `${did(name)}#key-1`, policy });
  return {
    id: `${self}-${peer}`,
    self: side(self),
    peer: side(peer),
    transcript: policy,
    send: () => Promise.resolve(),
    async *receive() {
      yield new Uint8Array([1]);
      yield new Uint8Array([2]);
    },
    close() {
      done.push(`${self}-${peer}`);
      return close;
    },
  };
}

const of =
  (...names: string[]) =>
  (agent: Did): boolean =>
    names.map(did).includes(agent);

describe('a book of sessions', () => {
  it('ends those of an agent, at either end, at once and once', () => {
    const done: string[] = [];
    const book = sessionBook();
    for (const [self, peer] of [
      ['a', 'b'],
      ['c', 'a'],
      ['c', 'b'],
    ] as const)
      book.hold(session(self, peer, done));
    expect(book.end(of('a'))).toBe(2);
    expect(done).toEqual(['a-b', 'c-a']);
    expect(book.end(of('a'))).toBe(0);
    expect(book.end(() => true)).toBe(1);
  });

  it('goes on where a peer is gone', () => {
    const done: string[] = [];
    const book = sessionBook();
    book.hold(session('a', 'b', done, Promise.reject(new Error('gone'))));
    book.hold(session('a', 'c', done));
    expect(book.end(of('a'))).toBe(2);
    expect(done).toHaveLength(2);
  });

  it('forgets what ended by itself, and keeps what is only not read any more', async () => {
    const done: string[] = [];
    const book = sessionBook();
    const [closed, read, left] = ['x', 'y', 'z'].map((peer) => book.hold(session('a', peer, done)));
    await closed?.close();
    for await (const _ of read?.receive() ?? []);
    for await (const _ of left?.receive() ?? []) break;
    expect(book.end(of('a'))).toBe(1);
    expect(done).toEqual(['a-x', 'a-z']);
  });

  it('forgets a session whose reading failed', async () => {
    const book = sessionBook();
    const broken = session('a', 'b', []);
    const held = book.hold({
      ...broken,
      async *receive() {
        yield new Uint8Array([1]);
        throw new RangeError('cut off');
      },
    });
    const reading = (async () => {
      for await (const _ of held.receive());
    })();
    await expect(reading).rejects.toThrow('cut off');
    expect(book.end(of('a'))).toBe(0);
  });
});

describe('sessions over HTTP', () => {
  it('of an agent end together', () => {
    const sessions = httpSessions();
    for (const [id, peer] of [
      ['A', 'a'],
      ['B', 'a'],
      ['C', 'b'],
    ] as const)
      sessions.open({ id: id.repeat(43), peer: { did: did(peer), kid: `${did(peer)}#key-1`, policy } });
    expect(sessions.end(of('a'))).toBe(2);
    expect(sessions.end(of('a'))).toBe(0);
    expect(sessions.end(() => true)).toBe(1);
  });
});
