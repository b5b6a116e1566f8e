import type { Envelope, JsonObject } from '@ttp/core';
import { codeThrownBy, proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { encodeEnvelope, envelopeId, signEnvelope, verifyChain } from '../../src/index.js';
import { keysOf, person } from '../fixtures.js';

const alice = person(1);
const options = {
  type: 'ttp/did-op@1',
  parse: (body: JsonObject) => body,
  keyOf: keysOf(alice),
  now: 1000,
} as const;

const next = (n: number, before?: Envelope): Promise<Envelope> =>
  signEnvelope({
    type: 'ttp/did-op@1',
    head: { iss: alice.did, iat: n, ...(before === undefined ? {} : { prev: envelopeId(before) }) },
    body: { n },
    signers: [alice.signer],
  });

const first = await next(1);
const second = await next(2, first);
const third = await next(3, second);
const anotherFirst = await next(5);

it('verifies links, signatures and order of a whole chain', () => {
  proves('crypto.chain.verify', 'decision.D7');
  const verified = verifyChain([first, encodeEnvelope(second), third], options);
  expect(verified.map(({ id }) => id)).toEqual([first, second, third].map(envelopeId));
  expect(verified.map(({ body }) => body['n'])).toEqual([1, 2, 3]);
});

it('refuses a chain that is reordered, has a hole, or does not begin at its beginning', () => {
  proves('crypto.chain.verify');
  for (const broken of [[first, third], [second, third], [third], [second, first, third]])
    expect(codeThrownBy(() => verifyChain(broken, options))).toBe('CRYPTO_CHAIN_BROKEN');
  expect(codeThrownBy(() => verifyChain([], options))).toBe('CRYPTO_CHAIN_EMPTY');
});

it('names a fork: two successors of one envelope, or two beginnings', async () => {
  proves('crypto.chain.verify');
  const other = await next(4, first);
  expect(codeThrownBy(() => verifyChain([first, second, other], options))).toBe('CRYPTO_CHAIN_FORK');
  expect(codeThrownBy(() => verifyChain([first, second, second], options))).toBe('CRYPTO_CHAIN_FORK');
  expect(codeThrownBy(() => verifyChain([first, anotherFirst], options))).toBe('CRYPTO_CHAIN_FORK');
});

it('refuses a chain with one bad signature', () => {
  proves('crypto.chain.verify');
  const forged = { ...second, body: { n: 7 } };
  expect(codeThrownBy(() => verifyChain([first, forged, third], options))).toBe(
    'CRYPTO_ENVELOPE_BAD_SIGNATURE',
  );
});
