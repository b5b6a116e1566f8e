import { guardedFetch } from '@ttp/adapters/fetch';
import { asDid } from '@ttp/core';
import { codeRejectedBy, fakeClock, proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { webResolver } from '../../src/index.js';

it('a did:web does not lead into the network of its reader', async () => {
  proves('flaw.D5');
  let connected = 0;
  for (const address of ['169.254.169.254', '127.0.0.1', '10.0.0.7', '::1', '::ffff:169.254.169.254']) {
    const fetch = guardedFetch({
      resolve: () => Promise.resolve([address]),
      connect: () => {
        connected++;
        throw new Error('connected');
      },
    });
    const resolver = webResolver({ fetch, timer: fakeClock() });
    expect(await codeRejectedBy(resolver.resolve(asDid('did:web:rebind.example.com')))).toBe(
      'FETCH_ADDRESS_REFUSED',
    );
  }
  expect(connected).toBe(0);
});
