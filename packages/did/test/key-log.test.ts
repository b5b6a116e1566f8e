import { asDid, type DidDocument, type Envelope, type JsonObject } from '@ttp/core';
import {
  base58btc,
  canonicalBytes,
  cosignEnvelope,
  decodeEnvelope,
  encodeEnvelope,
  fromMultikey,
  hashBytes,
  multikey,
  sha256,
  signEnvelope,
  utf8,
} from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, fakeClock, proves, seededRandom, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { createIdentity, didOf, documentOf, parseDid, rotateIdentity, setServices } from '../src/index.js';
import { KEY_LOG_MAX_CHARS, KEY_LOG_MAX_ENTRIES } from '../src/limits.js';
import { extended, identity, signerOf, tampered } from './fixture.js';

const ENDPOINT = { id: '#ttp', type: 'TTPEndpoint', serviceEndpoint: 'https://agent.example.com/ttp' };
const refused = (keyLog: readonly Envelope[], parents: readonly DidDocument[] = []): string | undefined =>
  codeThrownBy(() => documentOf(keyLog, parents));

/** The body of a rotation of a log with `entries` entries from one key to the next. */
const rotation = (entries: number, key: Uint8Array, next: Uint8Array): JsonObject => ({
  v: 1,
  op: 'rotate',
  seq: entries,
  keys: [multikey(key)],
  next: [hashBytes(utf8(multikey(next)))],
});

describe('inception', () => {
  it('certifies itself: the identity is the hash of the entry, and the entry holds no id', async () => {
    proves('did.format.root');
    const { did, keyLog } = await identity(1);
    const [entry] = keyLog;
    expect(entry?.type).toBe('ttp/did-op@1');
    const multihash = Uint8Array.of(0x12, 0x20, ...sha256(canonicalBytes(entry?.body ?? null)));
    expect(did).toBe(`did:ttp:agent:${base58btc(multihash)}`);
    expect(parseDid(did)).toMatchObject({ method: 'ttp', type: 'agent' });
    expect(JSON.stringify(entry?.body)).not.toContain('did:');
    expect(documentOf(keyLog).id).toBe(did);
  });

  it('binds the type: nobody turns an agent into a publisher', async () => {
    proves('flaw.D6');
    const { did, keyLog, signer } = await identity(1);
    const [entry] = keyLog;
    const posing = asDid(did.replace(':agent:', ':publisher:'));
    const claimed = await signEnvelope({
      type: 'ttp/did-op@1',
      head: { iss: posing, iat: entry?.head.iat ?? 0 },
      body: entry?.body ?? {},
      signers: [signerOf(`${posing}#key-1`, 1)],
    });
    expect(refused([claimed])).toBe('DID_LOG_MISMATCH');
    const retyped = { ...entry?.body, type: 'publisher' };
    expect(didOf(retyped)).not.toContain(parseDid(did).method === 'ttp' ? did.slice(-46) : did);
    expect(refused([tampered(entry, { body: retyped })])).toBe('DID_LOG_MISMATCH');
    expect(signer.kid).toBe(`${did}#key-1`);
  });

  it('cannot be squatted: whoever copies the inception has not got its key', async () => {
    proves('flaw.D1');
    const { did, keyLog } = await identity(1);
    const [entry] = keyLog;
    const head = entry?.head ?? { iss: did, iat: 0 };
    const body = entry?.body ?? {};
    const thief = signerOf(`${did}#key-1`, 66);
    const forged = await signEnvelope({ type: 'ttp/did-op@1', head, body, signers: [thief] });
    expect(refused([forged])).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    // With the thief's own key in it, it is another inception, so another identity.
    const own = { ...body, keys: [multikey(thief.publicKey)] };
    expect(didOf(own)).not.toBe(did);
    const stolen = await signEnvelope({ type: 'ttp/did-op@1', head, body: own, signers: [thief] });
    expect(refused([stolen])).toBe('DID_LOG_MISMATCH');
  });

  it('refuses an entry that another signed as well, under another key id, or for a while only', async () => {
    const { did, keyLog, seed } = await identity(1);
    const [entry] = keyLog;
    if (entry === undefined) throw new Error('no entry');
    const { type, head, body } = entry;
    const stranger = await identity(2);
    expect(refused([await cosignEnvelope(entry, stranger.signer)])).toBe('DID_LOG_UNSIGNED');
    const sign = (kid: string, change: JsonObject = {}): Promise<Envelope> =>
      signEnvelope({
        type: 'ttp/did-op@1',
        head: { ...head, ...change },
        body,
        signers: [signerOf(kid, seed)],
      });
    expect(refused([await sign(`${did}#key-1`)])).toBeUndefined();
    expect(refused([await sign(`${did}#key-2`)])).toBe('DID_LOG_UNSIGNED');
    expect(refused([await sign(`${stranger.did}#key-1`)])).toBe('DID_LOG_UNSIGNED');
    expect(refused([await sign(`${did}#key-1`, { exp: head.iat + 1 })])).toBe('DID_BAD_LOG');
    expect(refused([await sign(`${did}#key-1`, { aud: stranger.did })])).toBe('DID_BAD_LOG');
    expect(refused([await sign(`${did}#key-1`, { prev: hashBytes(utf8('x')) })])).toBe('DID_BAD_LOG');
    expect(refused([tampered(entry, { type: 'ttp/policy@1' })])).toBe('CRYPTO_ENVELOPE_TYPE');
    expect(refused([tampered(entry, { sigs: [] })])).toBe('CRYPTO_ENVELOPE_SHAPE');
    expect(refused([])).toBe('DID_BAD_LOG');
    expect(type).toBe('ttp/did-op@1');
  });

  it('is signed by the parent it names, with the key the parent has in force', async () => {
    const parent = await identity(1, { type: 'publisher' });
    const parents = [documentOf(parent.keyLog)];
    const child = await identity(2, { type: 'tool', parent });
    expect(documentOf(child.keyLog, parents).id).toBe(child.did);
    expect(child.keyLog[0]?.sigs.map(({ kid }) => kid).sort()).toEqual(
      [parent.signer.kid, child.signer.kid].sort(),
    );
    expect(refused(child.keyLog)).toBe('DID_PARENT_UNRESOLVED');
    expect(refused(child.keyLog, [documentOf((await identity(3)).keyLog)])).toBe('DID_PARENT_UNRESOLVED');

    const impostor = signerOf(`${parent.did}#key-1`, 66);
    const forged = await identity(4, { parent: { did: parent.did, signer: impostor } });
    expect(refused(forged.keyLog, parents)).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    const [entry] = child.keyLog;
    const alone = tampered(entry, { sigs: entry?.sigs.filter(({ kid }) => kid === child.signer.kid) ?? [] });
    expect(refused([alone], parents)).toBe('DID_LOG_UNSIGNED');
    const orphaned = tampered(entry, {
      sigs: entry?.sigs.filter(({ kid }) => kid === parent.signer.kid) ?? [],
    });
    expect(refused([orphaned], parents)).toBe('DID_LOG_UNSIGNED');

    const rotated = await rotateIdentity(parent, { random: seededRandom(5), clock: fakeClock() });
    expect(refused(child.keyLog, [documentOf(rotated.keyLog)])).toBe('DID_LOG_UNSIGNED');
  });

  it('cannot have a name or an outsider as its parent', async () => {
    const { signer } = await identity(1);
    const parent = { did: asDid('did:tessorium:publisher:anthropic:v1'), signer };
    expect(await codeRejectedBy(identity(2, { parent }))).toBe('DID_BAD_LOG');
  });
});

describe('rotation', () => {
  it('takes the key committed to, signed by both keys, and counts key ids up', async () => {
    proves('did.keys.rotation');
    const clock = fakeClock();
    const first = await identity(1);
    const second = await rotateIdentity(first, { random: seededRandom(2), clock });
    const third = await rotateIdentity(second, { random: seededRandom(3), clock });
    expect(third.did).toBe(first.did);
    expect(third.seed).toEqual(second.nextSeed);
    expect(third.keyLog.map(({ sigs }) => sigs.map(({ kid }) => kid))).toEqual([
      [`${first.did}#key-1`],
      [`${first.did}#key-1`, `${first.did}#key-2`],
      [`${first.did}#key-2`, `${first.did}#key-3`],
    ]);
    const { verificationMethod, authentication } = documentOf(third.keyLog);
    expect(authentication).toEqual([`${first.did}#key-3`]);
    expect(verificationMethod.map(({ publicKeyMultibase }) => fromMultikey(publicKeyMultibase))).toEqual([
      third.signer.publicKey,
    ]);
  });

  it('is refused to a thief of one key', async () => {
    proves('did.keys.rotation');
    const owner = await identity(1);
    const { did, keyLog, signer, nextSeed } = owner;
    const thief = signerOf(`${did}#key-2`, 66);
    const later = signerOf(`${did}#key-3`, 67).publicKey;
    const revealed = signerOf(`${did}#key-2`, nextSeed);
    const ownRotation = rotation(1, revealed.publicKey, later);
    const attempts = {
      // A thief of the key in force rotates to a key of his own: it is not the one committed to.
      current: await extended(keyLog, rotation(1, thief.publicKey, later), [signer, thief]),
      currentAlone: await extended(keyLog, rotation(1, thief.publicKey, later), [signer]),
      // He knows the next public key, and still cannot sign with it.
      unrevealed: await extended(keyLog, ownRotation, [signer]),
      posing: await extended(keyLog, ownRotation, [signer, signerOf(`${did}#key-2`, 66)]),
      // A thief of the next key has not got the one in force.
      next: await extended(keyLog, ownRotation, [revealed]),
      nextAndOther: await extended(keyLog, ownRotation, [signerOf(signer.kid, 66), revealed]),
      nobody: await extended(keyLog, ownRotation, [thief]),
    };
    expect(Object.entries(attempts).map(([name, log]) => [name, refused(log)])).toEqual([
      ['current', 'DID_LOG_COMMITMENT'],
      ['currentAlone', 'DID_LOG_COMMITMENT'],
      ['unrevealed', 'DID_LOG_UNSIGNED'],
      ['posing', 'CRYPTO_ENVELOPE_BAD_SIGNATURE'],
      ['next', 'DID_LOG_UNSIGNED'],
      ['nextAndOther', 'CRYPTO_ENVELOPE_BAD_SIGNATURE'],
      ['nobody', 'DID_LOG_UNSIGNED'],
    ]);
    expect(refused(await extended(keyLog, ownRotation, [signer, revealed]))).toBeUndefined();
  });

  it('leaves the old key nothing to sign', async () => {
    const owner = await identity(1);
    const rotated = await rotateIdentity(owner, { random: seededRandom(2), clock: fakeClock() });
    const body = { v: 1, op: 'services', seq: 2, services: [ENDPOINT] };
    expect(refused(await extended(rotated.keyLog, body, [owner.signer]))).toBe('DID_LOG_UNSIGNED');
    expect(refused(await extended(rotated.keyLog, body, [rotated.signer]))).toBeUndefined();
  });

  it('does not bring back a key', async () => {
    const owner = await identity(1);
    const { did, keyLog, signer, nextSeed } = owner;
    const second = signerOf(`${did}#key-2`, nextSeed);
    const back = signerOf(`${did}#key-3`, owner.seed);
    const log = await extended(keyLog, rotation(1, second.publicKey, signer.publicKey), [signer, second]);
    const fresh = signerOf(`${did}#key-4`, 4).publicKey;
    expect(refused(await extended(log, rotation(2, back.publicKey, fresh), [second, back]))).toBe(
      'DID_BAD_LOG',
    );
  });
});

describe('chain of entries', () => {
  it('breaks where an entry is taken out, put in, exchanged or renumbered', async () => {
    proves('did.keys.rotation');
    const clock = fakeClock();
    const first = await identity(1);
    const second = await setServices(first, { services: [ENDPOINT], clock });
    const third = await rotateIdentity(second, { random: seededRandom(2), clock });
    const [inception, services, rotate] = third.keyLog;
    if (inception === undefined || services === undefined || rotate === undefined)
      throw new Error('3 entries');
    expect(refused([inception, services, rotate])).toBeUndefined();
    expect(refused([inception, rotate])).toBe('DID_BAD_LOG');
    expect(refused([inception, rotate, services])).toBe('DID_BAD_LOG');
    expect(refused([services, rotate])).toBe('DID_BAD_LOG');
    expect(refused([inception, services, services])).toBe('DID_BAD_LOG');
    expect(refused([inception, inception])).toBe('DID_LOG_UNSUPPORTED');
    const moved = tampered(services, {
      body: { ...services.body, services: [{ ...ENDPOINT, id: '#evil' }] },
    });
    expect(refused([inception, moved])).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    const numbered = { v: 1, op: 'services', seq: 2, services: [] };
    expect(refused(await extended([inception], numbered, [first.signer]))).toBe('DID_BAD_LOG');
    const unlinked = { v: 1, op: 'services', seq: 1, services: [] };
    const prev = hashBytes(utf8('another log'));
    expect(refused(await extended([inception], unlinked, [first.signer], { prev }))).toBe('DID_BAD_LOG');
    const other = await identity(3);
    const iss = other.did;
    expect(refused(await extended([inception], unlinked, [first.signer], { iss }))).toBe('DID_LOG_MISMATCH');
  });

  it('refuses what it does not understand instead of passing over it', async () => {
    const { keyLog, signer } = await identity(1);
    for (const op of ['revoke', 'rotate2', '', null])
      expect(refused(await extended(keyLog, { v: 1, op, seq: 1 }, [signer]))).toBe('DID_LOG_UNSUPPORTED');
    const more = { v: 1, op: 'services', seq: 1, services: [], ttl: 5 };
    expect(refused(await extended(keyLog, more, [signer]))).toBe('DID_BAD_LOG');
    const version = { v: 2, op: 'services', seq: 1, services: [] };
    expect(refused(await extended(keyLog, version, [signer]))).toBe('DID_BAD_LOG');
  });

  it('ends at its cap of entries, before any signature is looked at', async () => {
    const { keyLog } = await identity(1);
    const many = Array.from({ length: KEY_LOG_MAX_ENTRIES + 1 }, () => tampered(keyLog[0], {}));
    expect(refused(many)).toBe('DID_BAD_LOG');
  });

  it('ends at its cap of characters', async () => {
    const endpoint = `https://agent.example.com/${'a'.repeat(990)}`;
    const services = Array.from({ length: 16 }, (_, i) => ({
      ...ENDPOINT,
      id: `#s${i}`,
      serviceEndpoint: endpoint,
    }));
    let owner = await identity(1);
    let size = 0;
    let code: string | undefined;
    while (code === undefined && owner.keyLog.length < 20) {
      size = owner.keyLog.reduce((sum, entry) => sum + encodeEnvelope(entry).length, 0);
      owner = await setServices(owner, { services, clock: fakeClock() });
      code = refused(owner.keyLog);
    }
    expect(code).toBe('DID_BAD_LOG');
    expect(size).toBeLessThanOrEqual(KEY_LOG_MAX_CHARS);
    expect(size).toBeGreaterThan(KEY_LOG_MAX_CHARS - 20_000);
  });

  it('reads an entry once: an object that answers differently the second time gains nothing', async () => {
    const victim = await identity(1);
    const attacker = await identity(2);
    const [own] = attacker.keyLog;
    const [theirs] = victim.keyLog;
    if (own === undefined || theirs === undefined) throw new Error('no entries');
    let looks = 0;
    const twoFaced = new Proxy(own, {
      getOwnPropertyDescriptor(target, key) {
        const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
        return key === 'body' && looks++ > 0 ? { ...descriptor, value: theirs.body } : descriptor;
      },
    });
    expect(documentOf([twoFaced]).id).toBe(attacker.did);
    const computed = {
      ...own,
      get body() {
        return own.body;
      },
    };
    expect(codeThrownBy(() => documentOf([computed]))).toBe('CRYPTO_JSON_NOT_PLAIN');
  });

  it('with any one character changed is refused', async () => {
    const clock = fakeClock();
    const parent = await identity(9, { type: 'publisher' });
    const parents = [documentOf(parent.keyLog)];
    const born = await createIdentity({
      type: 'tool',
      random: seededRandom(1),
      clock,
      parent,
      services: [ENDPOINT],
    });
    const { keyLog } = await rotateIdentity(born, { random: seededRandom(2), clock });
    const texts = keyLog.map((entry) => encodeEnvelope(entry));
    await withSeed('key log mutation', 300, (random) => {
      const line = random.int(texts.length);
      const text = texts[line] ?? '';
      const at = random.int(text.length);
      const other = random.pick(['0', 'a', 'Z', '9', '"', '{', '}', ',', ':', '-', '']);
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      const read = (): DidDocument =>
        documentOf(
          texts.map((same, i) => decodeEnvelope(i === line ? changed : same)),
          parents,
        );
      if (changed === text) expect(codeThrownBy(read)).toBeUndefined();
      else expect(codeThrownBy(read)).toMatch(/^(?:DID|CRYPTO|CORE)_/);
    });
  });
});
