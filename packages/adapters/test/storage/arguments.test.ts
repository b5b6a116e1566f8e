import { codeRejectedBy, codeThrownBy } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { memory } from '../../src/memory.js';

/** What a caller without types may hand over. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the wrong type is the test
const untyped = (value: unknown): never => value as never;

describe('what every storage refuses', () => {
  const storage = memory();
  const { store } = storage;

  it('keys and prefixes that are not text', async () => {
    for (const key of [undefined, null, 7, {}, ['a']]) {
      expect(await codeRejectedBy(store.get(untyped(key)))).toBe('STORE_BAD_KEY');
      expect(await codeRejectedBy(store.list(untyped(key))[Symbol.asyncIterator]().next())).toBe(
        'STORE_BAD_KEY',
      );
    }
    expect(await codeRejectedBy(store.list('ü')[Symbol.asyncIterator]().next())).toBe('STORE_BAD_KEY');
  });

  it('values that are not bytes, or more than 16 MiB', async () => {
    for (const value of ['text', [1, 2], new ArrayBuffer(3), null])
      expect(await codeRejectedBy(store.put('k', untyped(value)))).toBe('STORE_BAD_VALUE');
    expect(await codeRejectedBy(store.put('k', new Uint8Array(2 ** 24 + 1)))).toBe('STORE_TOO_LARGE');
    expect(await store.put('k', new Uint8Array(2 ** 24))).toBe(true);
  });

  it('entries that are not bytes, more than 1 MiB, or more than 65536', async () => {
    expect(await codeRejectedBy(storage.log('l').append([untyped('text')]))).toBe('LOG_BAD_ENTRY');
    expect(await codeRejectedBy(storage.log('l').append([new Uint8Array(2 ** 20 + 1)]))).toBe(
      'LOG_TOO_LARGE',
    );
    const many = Array.from({ length: 65_537 }, () => new Uint8Array());
    expect(await codeRejectedBy(storage.log('l').append(many))).toBe('LOG_TOO_LARGE');
    expect(await storage.log('l').size()).toBe(0n);
  });

  it('names of logs that are not text, or that UTF-8 cannot tell apart', () => {
    for (const name of [undefined, 7, '\ud800', 'a\udfff', '\udc00\ud800'])
      expect(codeThrownBy(() => storage.log(untyped(name)))).toBe('LOG_BAD_NAME');
  });

  it('positions that are no bigint, or more than a database holds', async () => {
    for (const position of [1, '1', -1n, 2n ** 63n])
      expect(await codeRejectedBy(storage.log('l').append([], untyped(position)))).toBe('LOG_BAD_POSITION');
  });
});
