import { memory } from '@ttp/adapters/memory';
import { asDid, type Envelope, type Store } from '@ttp/core';
import { encodeEnvelope, fromUtf8, multikey, signEnvelope, utf8 } from '@ttp/crypto';
import { codeRejectedBy, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  didKey,
  didKeyDocument,
  didOf,
  documentOf,
  type KeyLogResolver,
  memoryResolver,
  rotateIdentity,
  setServices,
  storeResolver,
} from '../src/index.js';
import { extended, identity, signerOf } from './fixture.js';

const clock = fakeClock();
const ENDPOINT = { id: '#ttp', type: 'TTPEndpoint', serviceEndpoint: 'https://agent.example.com/ttp' };
/** A log as it is stored. */
const texts = (log: readonly Envelope[]): string[] => log.map((entry) => encodeEnvelope(entry));

const kinds: readonly [string, () => KeyLogResolver][] = [
  ['memoryResolver', memoryResolver],
  ['storeResolver', () => storeResolver(memory().store)],
];

describe.each(kinds)('%s', (_, open) => {
  it('resolves what was added, and nothing else', async () => {
    const resolver = open();
    const { did, keyLog } = await identity(1);
    const other = await identity(2);
    expect(await codeRejectedBy(resolver.resolve(did))).toBe('DID_UNRESOLVED');
    expect(await resolver.add(keyLog)).toBe(did);
    expect(await resolver.resolve(did)).toEqual(documentOf(keyLog));
    expect(await codeRejectedBy(resolver.resolve(other.did))).toBe('DID_UNRESOLVED');
  });

  it('resolves did:key by itself', async () => {
    const did = didKey((await identity(1)).signer.publicKey);
    expect(await open().resolve(did)).toEqual(didKeyDocument(did));
    const weak = didKey(new Uint8Array(32));
    expect(await codeRejectedBy(open().resolve(weak))).toBe('CRYPTO_WEAK_KEY');
  });

  it('takes no name for an identity, however it is claimed', async () => {
    proves('flaw.D1');
    const resolver = open();
    await resolver.add((await identity(1, { type: 'publisher' })).keyLog);
    for (const name of [
      'did:tessorium:publisher:anthropic:v1',
      'did:service:stripe:payment-api:1.0.0',
      'did:web:anthropic.example',
    ])
      expect(await codeRejectedBy(resolver.resolve(asDid(name)))).toBe('DID_METHOD_UNSUPPORTED');
    expect(await codeRejectedBy(resolver.resolve(asDid('did:example:1')))).toBe('DID_UNKNOWN_METHOD');
    expect(await codeRejectedBy(resolver.resolve(asDid('did:ttp:agent:Qm')))).toBe('DID_BAD_SYNTAX');
  });

  it('keeps no log that does not verify', async () => {
    proves('did.document.signed');
    const resolver = open();
    const { did, keyLog } = await identity(1);
    const [entry] = keyLog;
    const { head, body } = entry ?? { head: { iss: did, iat: 0 }, body: {} };
    const forged = await signEnvelope({
      type: 'ttp/did-op@1',
      head,
      body,
      signers: [signerOf(`${did}#key-1`, 66)],
    });
    expect(await codeRejectedBy(resolver.add([forged]))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    expect(await codeRejectedBy(resolver.resolve(did))).toBe('DID_UNRESOLVED');
    expect(await codeRejectedBy(resolver.add([]))).toBe('DID_BAD_LOG');
  });

  it('follows a log that grows, and forgets nothing when it is shown an older one', async () => {
    const resolver = open();
    const first = await identity(1);
    const second = await setServices(first, { services: [ENDPOINT], clock });
    const third = await rotateIdentity(second, { random: seededRandom(2), clock });
    await resolver.add(first.keyLog);
    await resolver.add(third.keyLog);
    expect(await resolver.resolve(first.did)).toEqual(documentOf(third.keyLog));
    for (const older of [first, second, third]) {
      expect(await resolver.add(older.keyLog)).toBe(first.did);
      expect(await resolver.resolve(first.did)).toEqual(documentOf(third.keyLog));
    }
  });

  it('freezes an identity that shows two different entries at one position', async () => {
    proves('did.keys.duplicity');
    const first = await identity(1);
    const one = await setServices(first, { services: [ENDPOINT], clock });
    const other = await setServices(first, { services: [], clock });
    const longer = await rotateIdentity(other, { random: seededRandom(2), clock });
    for (const fork of [other, longer]) {
      const resolver = open();
      await resolver.add(one.keyLog);
      expect(await codeRejectedBy(resolver.add(fork.keyLog))).toBe('DID_FROZEN');
      for (const log of [first.keyLog, one.keyLog, other.keyLog])
        expect(await codeRejectedBy(resolver.add(log))).toBe('DID_FROZEN');
      expect(await codeRejectedBy(resolver.resolve(first.did))).toBe('DID_FROZEN');
    }
  });

  it('is not frozen by somebody else: a fork is signed too, or it is none', async () => {
    const resolver = open();
    const { did, keyLog } = await setServices(await identity(1), { services: [ENDPOINT], clock });
    await resolver.add(keyLog);
    const body = { v: 1, op: 'services', seq: 1, services: [] };
    const fork = await extended(keyLog.slice(0, 1), body, [signerOf(`${did}#key-1`, 66)]);
    expect(await codeRejectedBy(resolver.add(fork))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    expect(await resolver.resolve(did)).toEqual(documentOf(keyLog));
  });

  it('gives one public key to one identity', async () => {
    proves('did.registration.key-check', 'flaw.D11');
    const resolver = open();
    const owner = await identity(1);
    // The same key once more, under an inception of its own.
    const [entry] = owner.keyLog;
    const twin = await identity(2);
    const body = { ...twin.keyLog[0]?.body, keys: [multikey(owner.signer.publicKey)] };
    const did = didOf(body);
    const log = [
      await signEnvelope({
        type: 'ttp/did-op@1',
        head: { iss: did, iat: entry?.head.iat ?? 0 },
        body,
        signers: [signerOf(`${did}#key-1`, owner.seed)],
      }),
    ];
    expect(documentOf(log).id).toBe(did);
    await resolver.add(owner.keyLog);
    expect(await codeRejectedBy(resolver.add(log))).toBe('DID_KEY_IN_USE');
    expect(await codeRejectedBy(resolver.resolve(did))).toBe('DID_UNRESOLVED');
    // A key that was rotated away stays its identity's.
    const rotated = await rotateIdentity(owner, { random: seededRandom(3), clock });
    await resolver.add(rotated.keyLog);
    expect(await codeRejectedBy(resolver.add(log))).toBe('DID_KEY_IN_USE');
    // Nor does it help to leave the signature out.
    const unsigned = { type: 'ttp/did-op@1', head: { iss: did, iat: 0 }, body, sigs: [] };
    expect(await codeRejectedBy(open().add([unsigned]))).toBe('CRYPTO_ENVELOPE_SHAPE');
  });

  it('resolves a child with the document its parent has now', async () => {
    const resolver = open();
    const parent = await identity(1, { type: 'publisher' });
    const child = await identity(2, { type: 'tool', parent });
    expect(await codeRejectedBy(resolver.add(child.keyLog))).toBe('DID_PARENT_UNRESOLVED');
    await resolver.add(parent.keyLog);
    expect(await resolver.add(child.keyLog)).toBe(child.did);
    expect(await resolver.resolve(child.did)).toEqual(documentOf(child.keyLog, [documentOf(parent.keyLog)]));
    // Frozen parents answer for nobody.
    await resolver.add((await setServices(parent, { services: [ENDPOINT], clock })).keyLog);
    await codeRejectedBy(resolver.add((await setServices(parent, { services: [], clock })).keyLog));
    expect(await codeRejectedBy(resolver.resolve(child.did))).toBe('DID_FROZEN');
  });

  it('follows 8 parents and no more', async () => {
    const resolver = open();
    let parent = await identity(0);
    await resolver.add(parent.keyLog);
    const codes: (string | undefined)[] = [];
    for (let depth = 1; depth <= 9; depth++) {
      const child = await identity(depth, { parent });
      codes.push(await codeRejectedBy(resolver.add(child.keyLog)));
      parent = child;
    }
    expect(codes).toEqual([...Array.from({ length: 8 }, () => undefined), 'DID_PARENT_UNRESOLVED']);
  });
});

describe('storeResolver', () => {
  it('finds again what another resolver on the same store was given', async () => {
    const { store } = memory();
    const { did, keyLog } = await setServices(await identity(1), { services: [ENDPOINT], clock });
    await storeResolver(store).add(keyLog);
    expect(await storeResolver(store).resolve(did)).toEqual(documentOf(keyLog));
    for await (const key of store.list('')) expect(key).toMatch(/^did\//);
  });

  it('believes no store: what does not verify again is refused', async () => {
    proves('did.document.signed');
    const { did, keyLog, signer } = await identity(1);
    const other = await identity(2);
    const write = async (value: unknown): Promise<string | undefined> => {
      const { store } = memory();
      await store.put(`did/log/${did}`, utf8(typeof value === 'string' ? value : JSON.stringify(value)));
      return codeRejectedBy(storeResolver(store).resolve(did));
    };
    expect(await write({ v: 1, entries: texts(keyLog) })).toBeUndefined();
    // A document in its place, another's log, a forged entry, nothing, garbage, a later format.
    expect(await write(documentOf(keyLog))).toBe('DID_BAD_LOG');
    expect(await write({ v: 1, entries: texts(other.keyLog) })).toBe('DID_LOG_MISMATCH');
    const services = { v: 1, op: 'services', seq: 1, services: [ENDPOINT] };
    const forged = await extended(keyLog, services, [signerOf(signer.kid, 66)]);
    expect(await write({ v: 1, entries: texts(forged) })).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    expect(await write({ v: 1, entries: [] })).toBe('DID_BAD_LOG');
    expect(await write({ v: 1, entries: [7] })).toBe('DID_BAD_LOG');
    expect(await write({ v: 1, entries: 'x' })).toBe('DID_BAD_LOG');
    expect(await write({ v: 2, entries: texts(keyLog) })).toBe('DID_BAD_LOG');
    expect(await write([])).toBe('DID_BAD_LOG');
    expect(await write('{"v":1,"v":2}')).toBe('CRYPTO_JSON_DUPLICATE_KEY');
    expect(await write('')).toMatch(/^CRYPTO_JSON_/);
  });

  it('loses no entry when two writers extend one log at once', async () => {
    const first = await identity(1);
    const second = await setServices(first, { services: [ENDPOINT], clock });
    const third = await setServices(second, { services: [], clock });
    const { store } = memory();
    const resolvers = [storeResolver(store), storeResolver(store), storeResolver(store)];
    const logs = [first.keyLog, third.keyLog, second.keyLog];
    expect(await Promise.all(resolvers.map((resolver, i) => resolver.add(logs[i] ?? [])))).toEqual(
      logs.map(() => first.did),
    );
    expect(await storeResolver(store).resolve(first.did)).toEqual(documentOf(third.keyLog));
  });

  it('gives a contested key to one of two that claim it at once, and to nobody after a fault of the store', async () => {
    const { store } = memory();
    const owner = await identity(1);
    await store.put(`did/key/${multikey(owner.signer.publicKey)}`, utf8((await identity(2)).did));
    expect(await codeRejectedBy(storeResolver(store).add(owner.keyLog))).toBe('DID_KEY_IN_USE');
    // The claim was made and the log was not kept: the same identity may try again.
    const half = memory().store;
    await half.put(`did/key/${multikey(owner.signer.publicKey)}`, utf8(owner.did));
    expect(await storeResolver(half).add(owner.keyLog)).toBe(owner.did);
  });

  it('gives up on a store where somebody else is always faster', async () => {
    const { did, keyLog } = await identity(1);
    let tries = 0;
    const busy: Pick<Store, 'get' | 'put'> = {
      get: () => Promise.resolve(undefined),
      put: (key) => {
        if (key.startsWith('did/key/')) return Promise.resolve(true);
        tries++;
        return Promise.resolve(false);
      },
    };
    expect(await codeRejectedBy(storeResolver(busy).add(keyLog))).toBe('DID_STORE_CONFLICT');
    expect(tries).toBe(8);
    expect(did).toContain('did:ttp:agent:');
  });

  it('keeps the fork as evidence', async () => {
    proves('did.keys.duplicity');
    const { store } = memory();
    const resolver = storeResolver(store);
    const first = await identity(1);
    const one = await setServices(first, { services: [ENDPOINT], clock });
    const other = await setServices(first, { services: [], clock });
    await resolver.add(one.keyLog);
    expect(await codeRejectedBy(resolver.add(other.keyLog))).toBe('DID_FROZEN');
    const kept = await store.get(`did/log/${first.did}`);
    expect(JSON.parse(fromUtf8(kept?.value ?? new Uint8Array()))).toEqual({
      v: 1,
      entries: texts(one.keyLog),
      fork: texts(other.keyLog),
    });
    expect(await codeRejectedBy(storeResolver(store).resolve(first.did))).toBe('DID_FROZEN');
  });
});
