import { codeRejectedBy, fakeClock, proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { memoryResolver, publisherChain, setServices } from '../src/index.js';
import { identity } from './fixture.js';
import { knownOf, NOW, revoke } from './revocation/fixture.js';

const clock = fakeClock();
const ENDPOINT = { id: '#ttp', type: 'TTPEndpoint', serviceEndpoint: 'https://agent.example.com/ttp' };

async function family() {
  const publisher = await identity(1, { type: 'publisher' });
  const skill = await identity(2, { type: 'skill', parent: publisher });
  const tool = await identity(3, { type: 'tool', parent: skill });
  const resolver = memoryResolver();
  for (const { keyLog } of [publisher, skill, tool]) await resolver.add(keyLog);
  return { publisher, skill, tool, resolver };
}

it('a chain leads from a tool to its publisher, and every link was signed by the one above', async () => {
  proves('did.publisher.chain');
  const { publisher, skill, tool, resolver } = await family();
  const chain = [tool, skill, publisher].map(({ did }) => did);
  expect(await publisherChain(tool.did, { resolver, known: [], at: NOW })).toEqual(chain);
  expect(await resolver.ancestors(tool.did)).toEqual(chain.slice(1));
  expect(await publisherChain(publisher.did, { resolver, known: [], at: NOW })).toEqual([publisher.did]);
});

it('a chain fails where a link is revoked, whichever it is', async () => {
  proves('did.publisher.chain');
  const { publisher, skill, tool, resolver } = await family();
  for (const link of [publisher, skill, tool]) {
    const keyOf = (kid: string) => (kid === link.signer.kid ? link.signer.publicKey : undefined);
    const known = knownOf([await revoke(link.did, [link])], { keyOf, ancestorsOf: () => [] });
    expect(known.length).toBe(1);
    expect(await codeRejectedBy(publisherChain(tool.did, { resolver, known, at: NOW }))).toBe('DID_REVOKED');
    expect(await codeRejectedBy(publisherChain(tool.did, { resolver, known, at: NOW - 1 }))).toBeUndefined();
    const critical = knownOf([await revoke(link.did, [link], { severity: 'critical' })], {
      keyOf,
      ancestorsOf: () => [],
    });
    const later = NOW + 366 * 86_400_000;
    expect(await codeRejectedBy(publisherChain(tool.did, { resolver, known: critical, at: later }))).toBe(
      'DID_REVOKED',
    );
  }
});

it('a chain fails where a link is unknown, unsigned, frozen, or ends at no publisher', async () => {
  proves('did.publisher.chain');
  const { publisher, skill, tool, resolver } = await family();
  const options = { resolver, known: [], at: NOW };
  const orphan = await identity(4, { type: 'tool' });
  await resolver.add(orphan.keyLog);
  expect(await codeRejectedBy(publisherChain(orphan.did, options))).toBe('DID_CHAIN_BROKEN');
  const unknown = await identity(5, { type: 'tool', parent: publisher });
  expect(await codeRejectedBy(publisherChain(unknown.did, options))).toBe('DID_UNRESOLVED');
  const forged = await identity(6, {
    type: 'tool',
    parent: { did: publisher.did, signer: { ...unknown.signer, kid: publisher.signer.kid } },
  });
  expect(await codeRejectedBy(resolver.add(forged.keyLog))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
  expect(await codeRejectedBy(publisherChain(forged.did, options))).toBe('DID_UNRESOLVED');
  await resolver.add((await setServices(skill, { services: [ENDPOINT], clock })).keyLog);
  await codeRejectedBy(resolver.add((await setServices(skill, { services: [], clock })).keyLog));
  expect(await codeRejectedBy(publisherChain(tool.did, options))).toBe('DID_FROZEN');
});
