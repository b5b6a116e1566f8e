import { duplexPair } from '@ttp/adapters/memory';
import type { Duplex } from '@ttp/core';
import { codeRejectedBy } from '@ttp/testkit';
import { expect, it } from 'vitest';

const bytesOf = async (duplex: Duplex): Promise<number[][]> => {
  const all: number[][] = [];
  for await (const bytes of duplex.receive()) all.push([...bytes]);
  return all;
};

it('carries messages both ways, in order, up to the close', async () => {
  const [left, right] = duplexPair({ a: 'left', b: 'right' });
  expect([left.remote, right.remote]).toEqual(['right', 'left']);
  const message = Uint8Array.of(1);
  const sent = left.send(message);
  message.fill(9);
  await sent;
  await left.send(Uint8Array.of(2));
  await right.send(Uint8Array.of(3));
  await left.close();
  expect(await bytesOf(right)).toEqual([[1], [2]]);
  expect(await bytesOf(left)).toEqual([[3]]);
  expect(await codeRejectedBy(right.send(message))).toBe('DUPLEX_CLOSED');
});

it('makes a sender wait while 64 messages wait', async () => {
  const [left, right] = duplexPair();
  const sent: number[] = [];
  const sending = Array.from({ length: 66 }, async (_, i) => {
    await left.send(Uint8Array.of(i));
    sent.push(i);
  });
  await Promise.all(sending.slice(0, 64));
  expect(sent.length).toBe(64);
  const inbox = right.receive()[Symbol.asyncIterator]();
  for (let i = 0; i < 66; i++) expect((await inbox.next()).value).toEqual(Uint8Array.of(i));
  await Promise.all(sending);
  expect(sent.length).toBe(66);
  await right.close();
  expect(await bytesOf(right)).toEqual([]);
});

it('lets go of a sender that waits when the connection is closed', async () => {
  const [left, right] = duplexPair();
  for (let i = 0; i < 64; i++) await left.send(Uint8Array.of(i));
  const waiting = codeRejectedBy(left.send(Uint8Array.of(64)));
  await right.close();
  expect(await waiting).toBe('DUPLEX_CLOSED');
});
