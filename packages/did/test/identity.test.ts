import { hashBytes, IDENTITY_PURPOSES, keyPairOf, multikey, utf8 } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  createIdentity,
  didKey,
  didOf,
  documentOf,
  openIdentity,
  rotateIdentity,
  setServices,
} from '../src/index.js';
import { identity } from './fixture.js';

const ENDPOINT = { id: '#ttp', type: 'TTPEndpoint', serviceEndpoint: 'https://agent.example.com/ttp' };

describe('createIdentity', () => {
  it('takes time and randomness from its ports alone', async () => {
    const clock = fakeClock(1_800_000_000_000);
    const make = (): ReturnType<typeof createIdentity> =>
      createIdentity({ type: 'tool', random: seededRandom(7), clock });
    const [one, same, other] = [await make(), await make(), await identity(8, { type: 'tool' })];
    expect(one.keyLog).toEqual(same.keyLog);
    expect(one.keyLog[0]?.head).toEqual({ iss: one.did, iat: 1_800_000_000_000 });
    expect(other.did).not.toBe(one.did);
  });

  it('signs with the key it lists, and commits to the one it keeps', async () => {
    proves('did.keys.ed25519');
    const { did, type, seed, nextSeed, signer, keyLog } = await identity(1);
    expect(type).toBe('agent');
    expect(signer.kid).toBe(`${did}#key-1`);
    expect(signer.purposes).toEqual(IDENTITY_PURPOSES);
    expect(signer.publicKey).toEqual(keyPairOf(seed).publicKey);
    expect(keyLog[0]?.body).toMatchObject({
      v: 1,
      type: 'agent',
      keys: [multikey(signer.publicKey)],
      next: [hashBytes(utf8(multikey(keyPairOf(nextSeed).publicKey)))],
    });
    expect(didOf(keyLog[0]?.body ?? {})).toBe(did);
  });

  it('puts services into the entry after the inception', async () => {
    const { keyLog, did } = await identity(1, { services: [ENDPOINT] });
    expect(keyLog.map(({ body }) => body['op'])).toEqual([undefined, 'services']);
    expect(did).toBe((await identity(1)).did);
    expect((await identity(1, { services: [] })).keyLog.length).toBe(1);
  });

  it('commits to a backup key, or to guardians of whom one is never enough', async () => {
    const guardians = [didKey((await identity(2)).signer.publicKey), (await identity(3)).did];
    const backup = hashBytes(utf8('a Multikey'));
    const { keyLog } = await identity(1, { recovery: { backup, guardians, atLeast: 2 } });
    expect(keyLog[0]?.body['recovery']).toEqual({ backup, guardians, atLeast: 2 });
    expect(documentOf(keyLog).id).toBe(
      (await identity(1, { recovery: { backup, guardians, atLeast: 2 } })).did,
    );
    for (const recovery of [{ guardians, atLeast: 1 }, { guardians }, { atLeast: 2 }, {}])
      expect(await codeRejectedBy(identity(1, { recovery }))).toBe('DID_BAD_LOG');
  });
});

describe('openIdentity', () => {
  it('opens what createIdentity, setServices and rotateIdentity made', async () => {
    const clock = fakeClock();
    const born = await setServices(await identity(1), { services: [ENDPOINT], clock });
    const rotated = await rotateIdentity(born, { random: seededRandom(2), clock });
    for (const { keyLog, seed, nextSeed, did, signer } of [born, rotated]) {
      const opened = openIdentity({ keyLog, seed, nextSeed });
      expect(opened).toMatchObject({ did, type: 'agent', seed, nextSeed, keyLog });
      expect(opened.signer.kid).toBe(signer.kid);
      expect(opened.signer.publicKey).toEqual(signer.publicKey);
      expect(openIdentity({ keyLog, seed })).not.toHaveProperty('nextSeed');
    }
  });

  it('refuses a key that is not in force: an old one, the next one, another\u2019s', async () => {
    const first = await identity(1);
    const second = await rotateIdentity(first, { random: seededRandom(2), clock: fakeClock() });
    const other = await identity(3);
    const { keyLog, seed } = second;
    for (const wrong of [first.seed, second.nextSeed, other.seed])
      expect(codeThrownBy(() => openIdentity({ keyLog, seed: wrong }))).toBe('DID_KEY_NOT_CURRENT');
    for (const nextSeed of [first.nextSeed, seed, other.nextSeed])
      expect(codeThrownBy(() => openIdentity({ keyLog, seed, nextSeed }))).toBe('DID_KEY_NOT_CURRENT');
    expect(codeThrownBy(() => openIdentity({ keyLog, seed: new Uint8Array(31) }))).toBe('CRYPTO_BAD_LENGTH');
  });

  it('verifies the log it is given, the parent\u2019s signature too', async () => {
    const parent = await identity(1, { type: 'publisher' });
    const { keyLog, seed, did } = await identity(2, { parent });
    expect(codeThrownBy(() => openIdentity({ keyLog, seed }))).toBe('DID_PARENT_UNRESOLVED');
    expect(openIdentity({ keyLog, seed, parents: [documentOf(parent.keyLog)] }).did).toBe(did);
    expect(codeThrownBy(() => openIdentity({ keyLog: [], seed }))).toBe('DID_BAD_LOG');
  });
});
