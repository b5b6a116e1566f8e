import { memory } from '@ttp/adapters/memory';
import { asDid, type Envelope, TtpError } from '@ttp/core';
import { multikey } from '@ttp/crypto';
import { codeRejectedBy, fakeClock, proves, seededRandom, testSigner } from '@ttp/testkit';
import { expect, it, vi } from 'vitest';
import {
  createNameRegistry,
  createResolver,
  documentOf,
  memoryResolver,
  type Revocation,
  type Ruling,
  rotateIdentity,
  signNameClaim,
  webResolver,
} from '../src/index.js';
import { identity } from './fixture.js';
import { cast, DAY, knownOf, NOW, revoke } from './revocation/fixture.js';
import { webOf } from './web.js';

const WEB = asDid('did:web:agent.example.com');
const NAME = asDid('did:tessorium:tool:github-api:v1');

async function host() {
  const clock = fakeClock(NOW);
  const { publisher, tool, context } = await cast();
  const logs = [
    await identity(1, { type: 'publisher' }),
    await identity(2, { type: 'tool', parent: await identity(1, { type: 'publisher' }) }),
  ];
  const local = memoryResolver({ clock });
  for (const { keyLog } of logs) await local.add(keyLog);
  const operator = testSigner(70);
  const registry = createNameRegistry({
    log: memory().log('names'),
    resolver: local,
    operators: [operator.did],
    clock,
  });
  const authority = { kind: 'operator', did: operator.did } as const;
  const claim = { name: NAME, did: tool.did, authority };
  await registry.claim(await signNameClaim(claim, { signers: [tool.signer, operator], clock }));
  const outsider = testSigner(8);
  const method = {
    id: '#a',
    type: 'Multikey',
    controller: WEB,
    publicKeyMultibase: multikey(outsider.publicKey),
  };
  const web = webOf({
    'https://agent.example.com/.well-known/did.json': JSON.stringify({
      id: WEB,
      verificationMethod: [method],
      authentication: ['#a'],
    }),
  });
  const known: (Revocation | Ruling)[] = [];
  const elsewhere = new Map<string, readonly Envelope[]>();
  const resolver = createResolver({
    local,
    clock,
    revocations: () => known,
    registry,
    web: webResolver(web),
    keyLogs: async (did) => {
      if (elsewhere.get('down') !== undefined) throw new TtpError('FETCH_UNRESOLVED', 'nobody answers');
      return elsewhere.get(did);
    },
  });
  return { clock, publisher, tool, context, logs, local, web, known, elsewhere, resolver, outsider };
}

it('finds identities and names wherever they are, and verifies what it finds', async () => {
  proves('did.resolver.port');
  const { resolver, tool, logs, elsewhere, outsider } = await host();
  const [publisher, full] = logs;
  const document = documentOf(full?.keyLog ?? [], [documentOf(publisher?.keyLog ?? [])]);
  expect(await resolver.resolve(tool.did)).toEqual(document);
  expect(await resolver.resolve(NAME)).toEqual(document);
  expect((await resolver.resolve(WEB)).id).toBe(WEB);
  expect((await resolver.resolve(outsider.did)).id).toBe(outsider.did);
  const far = await identity(20);
  expect(await codeRejectedBy(resolver.resolve(far.did))).toBe('DID_UNRESOLVED');
  elsewhere.set(far.did, (await identity(21)).keyLog);
  expect(await codeRejectedBy(resolver.resolve(far.did))).toBe('DID_UNRESOLVED');
  const other = await identity(22);
  elsewhere.set(
    other.did,
    other.keyLog.map((entry) => ({ ...entry, body: { ...entry.body, nonce: 'A'.repeat(43) } })),
  );
  expect(await codeRejectedBy(resolver.resolve(other.did))).toBe('DID_LOG_MISMATCH');
  elsewhere.set(far.did, far.keyLog);
  expect(await resolver.resolve(far.did)).toEqual(documentOf(far.keyLog));
  expect(await codeRejectedBy(resolver.resolve(asDid('did:service:a:b:1.0.0')))).toBe('DID_UNRESOLVED');
  expect(await codeRejectedBy(resolver.resolve(asDid('did:example:1')))).toBe('DID_UNKNOWN_METHOD');
});

it('keeps what the network said for five minutes, by monotonic time', async () => {
  proves('did.resolver.port');
  const { resolver, web, clock } = await host();
  await resolver.resolve(WEB);
  await clock.advance(299_999);
  clock.setWall(NOW - DAY);
  await resolver.resolve(WEB);
  expect(web.asked.length).toBe(1);
  await clock.advance(1);
  await resolver.resolve(WEB);
  expect(web.asked.length).toBe(2);
});

it('refuses what is revoked at once, kept or not, with what depends on it', async () => {
  proves('did.resolver.port');
  const { resolver, tool, publisher, known, context, clock } = await host();
  await resolver.resolve(NAME);
  await resolver.resolve(WEB);
  known.push(...knownOf([await revoke(publisher.did, [publisher], { severity: 'critical' })], context));
  for (const did of [NAME, tool.did, publisher.did])
    expect(await codeRejectedBy(resolver.resolve(did))).toBe('DID_REVOKED');
  await clock.advance(366 * DAY);
  expect(await codeRejectedBy(resolver.resolve(tool.did))).toBe('DID_REVOKED');
  known.pop();
  expect((await resolver.resolve(tool.did)).id).toBe(tool.did);
});

it('takes the newest key of a name, though the name itself is kept', async () => {
  const { resolver, local, logs, clock } = await host();
  await resolver.resolve(NAME);
  const [, full] = logs;
  if (full === undefined) throw new Error('the tool');
  const rotated = await rotateIdentity(full, { random: seededRandom(9), clock });
  await local.add(rotated.keyLog);
  expect((await resolver.resolve(NAME)).authentication).toEqual([rotated.signer.kid]);
});

it('asks after five minutes whether a key log has grown elsewhere: a retired key does not stay in force', async () => {
  proves('did.resolver.port');
  const { resolver, elsewhere, clock } = await host();
  const born = await identity(30);
  elsewhere.set(born.did, born.keyLog);
  const kidNow = async () => (await resolver.resolve(born.did)).authentication;
  expect(await kidNow()).toEqual([born.signer.kid]);
  const rotated = await rotateIdentity(born, { random: seededRandom(31), clock });
  elsewhere.set(born.did, rotated.keyLog);
  await clock.advance(299_999);
  expect(await kidNow()).toEqual([born.signer.kid]);
  await clock.advance(1);
  expect(await kidNow()).toEqual([rotated.signer.kid]);
});

it('goes on with the verified log while its source is down, lies or has an older one, and freezes on a fork', async () => {
  proves('did.resolver.port');
  const { resolver, elsewhere, clock, local } = await host();
  const born = await identity(32);
  const rotated = await rotateIdentity(born, { random: seededRandom(33), clock });
  elsewhere.set(born.did, rotated.keyLog);
  await resolver.resolve(born.did);
  const later = async (log: readonly Envelope[] | undefined) => {
    if (log === undefined) elsewhere.delete(born.did);
    else elsewhere.set(born.did, log);
    await clock.advance(300_000);
    return (await resolver.resolve(born.did)).authentication;
  };
  const forged = rotated.keyLog.map((entry) => ({ ...entry, sigs: [] }));
  for (const log of [born.keyLog, forged, undefined, (await identity(34)).keyLog])
    expect(await later(log)).toEqual([rotated.signer.kid]);
  elsewhere.set('down', []);
  expect(await later(born.keyLog)).toEqual([rotated.signer.kid]);
  elsewhere.delete('down');
  vi.spyOn(local, 'add').mockRejectedValueOnce(new TtpError('STORE_UNAVAILABLE', 'gone'));
  expect(await codeRejectedBy(later(rotated.keyLog))).toBe('STORE_UNAVAILABLE');
  const other = await rotateIdentity(born, { random: seededRandom(35), clock });
  expect(await codeRejectedBy(later(other.keyLog))).toBe('DID_FROZEN');
  elsewhere.delete(born.did);
  expect(await codeRejectedBy(resolver.resolve(born.did))).toBe('DID_FROZEN');
});
