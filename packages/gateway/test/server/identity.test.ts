import type { Did, Envelope, Json, JsonObject } from '@ttp/core';
import {
  createReplayGuard,
  createSigner,
  encodeEnvelope,
  hashBytes,
  IDENTITY_PURPOSES,
  keyPairOf,
  multikey,
  utf8,
} from '@ttp/crypto';
import {
  createIdentity,
  didKey,
  didKeyDocument,
  documentOf,
  type Identity,
  type Party,
  recoverIdentity,
  respondToChallenge,
  rotateIdentity,
  storeResolver,
} from '@ttp/did';
import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, type ServerRig, serverRig, textIn } from './rig.js';

afterEach(closeServers);

const logOf = ({ keyLog }: Pick<Identity, 'keyLog'>): string =>
  `[${keyLog.map((entry) => encodeEnvelope(entry)).join(',')}]`;

/** The one key that an entry of a key log names. */
const multikeyOf = (entry: Envelope | undefined): Json | undefined => {
  const keys = entry?.body['keys'];
  return Array.isArray(keys) ? keys[0] : undefined;
};

const newIdentity = (r: ServerRig): ReturnType<typeof createIdentity> =>
  createIdentity({ type: 'agent', random: r.random, clock: r.clock });

/** Somebody who is a key and nothing else. */
function outsider(n: number): Party {
  const seed = new Uint8Array(32).fill(n);
  const { publicKey } = keyPairOf(seed);
  const did = didKey(publicKey);
  const kid = `${did}#${did.slice('did:key:'.length)}`;
  return { did, signer: createSigner({ seed, kid, purposes: IDENTITY_PURPOSES }) };
}

const verify = (r: ServerRig, did: Did, more: JsonObject = {}): ReturnType<ServerRig['ask']> =>
  r.ask('verify_identity', { did, ...more });

async function answerTo(r: ServerRig, challenge: Json | undefined, prover: Party): Promise<string> {
  const verifier = documentOf(r.identity.keyLog);
  const { clock, random } = r;
  const replay = createReplayGuard({ bootAt: 0 });
  return encodeEnvelope(
    await respondToChallenge({ challenge: textIn(challenge), prover, verifier, clock, random, replay }),
  );
}

describe('verify_identity', () => {
  it('takes a did:key by itself, and a did:ttp by its key log', async () => {
    const r = await serverRig();
    const { did } = outsider(7);
    expect((await verify(r, did)).said).toEqual({
      did,
      verified: true,
      keys: [did.slice('did:key:'.length)],
      possession: 'not-asked',
    });
    const alice = await newIdentity(r);
    const { said } = await verify(r, alice.did, { keyLog: logOf(alice) });
    const [key] = documentOf(alice.keyLog).verificationMethod;
    expect(said).toMatchObject({ verified: true, keys: [key?.publicKeyMultibase] });
  });

  it('is a verdict where it does not fit, never a fault', async () => {
    const r = await serverRig();
    const [alice, bob] = [await newIdentity(r), await newIdentity(r)];
    const codeOf = async (did: string, more: JsonObject = {}): Promise<unknown> => {
      const { isError, said } = await r.ask('verify_identity', { did, ...more });
      expect({ isError, verified: said['verified'] }).toEqual({ isError: false, verified: false });
      return said['code'];
    };
    expect(await codeOf(alice.did, { keyLog: logOf(bob) })).toBe('DID_UNRESOLVED');
    expect(await codeOf(alice.did)).toBe('DID_UNRESOLVED');
    expect(await codeOf('did:ttp:agent:nobody')).toBe('DID_BAD_SYNTAX');
    expect(await codeOf(alice.did, { keyLog: '[' })).toBe('CRYPTO_JSON_SYNTAX');
    const changed = logOf(alice).replace(/"iat":(\d+)/, '"iat":1');
    expect(await codeOf(alice.did, { keyLog: changed })).toMatch(/^(?:DID|CRYPTO)_/);
    const { meta } = await verify(r, alice.did, { keyLog: '{}' });
    expect(meta).toEqual({ 'ttp/code': 'GATEWAY_BAD_REQUEST', 'ttp/field': 'keyLog' });
  });

  it('holds a key log against the one that is known, and keeps neither', async () => {
    const r = await serverRig();
    const alice = await newIdentity(r);
    const ports = { random: r.random, clock: r.clock };
    const [one, two] = [await rotateIdentity(alice, ports), await rotateIdentity(alice, ports)];
    expect((await verify(r, alice.did, { keyLog: logOf(one) })).said['verified']).toBe(true);
    expect((await verify(r, alice.did)).said['code']).toBe('DID_UNRESOLVED');
    await storeResolver(r.storage.store).add(one.keyLog);
    expect((await verify(r, alice.did)).said['verified']).toBe(true);
    expect((await verify(r, alice.did, { keyLog: logOf(two) })).said['code']).toBe('DID_FROZEN');
    expect((await verify(r, alice.did)).said['verified']).toBe(true);
  });

  it('puts a recovery in force 24 hours after the store first saw it, and no earlier for being handed in', async () => {
    const r = await serverRig();
    const { clock, random } = r;
    const spare = keyPairOf(new Uint8Array(32).fill(9));
    const recovery = { backup: hashBytes(utf8(multikey(spare.publicKey))) };
    const owner = await createIdentity({ type: 'agent', random, clock, recovery });
    const { keyLog } = await recoverIdentity({ keyLog: owner.keyLog, backupSeed: spare.seed, random, clock });
    const keys = async (more: JsonObject = {}): Promise<Json | undefined> =>
      (await verify(r, owner.did, more)).said['keys'];
    const [before, after] = [[multikeyOf(owner.keyLog[0])], [multikeyOf(keyLog.at(-1))]];
    await storeResolver(r.storage.store, { clock }).add(keyLog);
    expect(await keys()).toEqual(before);
    await clock.advance(24 * 3_600_000);
    expect(await keys()).toEqual(after);
    expect(await keys({ keyLog: logOf({ keyLog }) })).toEqual(after);
    const other = await createIdentity({ type: 'agent', random, clock, recovery });
    const begun = await recoverIdentity({ keyLog: other.keyLog, backupSeed: spare.seed, random, clock });
    const unseen = await verify(r, other.did, { keyLog: logOf(begun) });
    expect(unseen.said['keys']).toEqual([multikeyOf(other.keyLog[0])]);
  });

  it('proves by a challenge who holds the key, once', async () => {
    const r = await serverRig();
    const holder = outsider(7);
    const { said } = await verify(r, holder.did, { challenge: true });
    expect(said).toMatchObject({ verified: true, possession: 'challenged' });
    const stranger = await answerTo(r, said['challenge'], outsider(8)).catch(() => undefined);
    if (stranger !== undefined)
      expect((await verify(r, holder.did, { response: stranger })).said['verified']).toBe(false);
    const response = await answerTo(r, said['challenge'], holder);
    expect((await verify(r, holder.did, { response })).said).toMatchObject({
      verified: true,
      possession: 'proved',
      provedKey: holder.did.slice('did:key:'.length),
      identityScore: 40,
    });
    expect((await verify(r, holder.did, { response })).meta['ttp/field']).toBe('response');
  });

  it('does not take a response that comes late, or is another identity’s', async () => {
    const r = await serverRig();
    const [alice, bob] = [outsider(7), outsider(9)];
    const posed = (await verify(r, alice.did, { challenge: true })).said['challenge'];
    await verify(r, bob.did, { challenge: true });
    const response = await answerTo(r, posed, alice);
    expect((await verify(r, bob.did, { response })).said).toMatchObject({ verified: false });
    await r.clock.advance(300_001);
    expect((await verify(r, alice.did, { response })).said).toMatchObject({ verified: false });
  });

  it('keeps no more challenges than it may, and forgets those that ran out', async () => {
    const r = await serverRig();
    for (let n = 0; n < 64; n++) await verify(r, outsider(n + 10).did, { challenge: true });
    const full = await verify(r, outsider(200).did, { challenge: true });
    expect(full).toMatchObject({ isError: true, meta: { 'ttp/code': 'GATEWAY_BUSY' } });
    expect((await verify(r, outsider(10).did, { challenge: true })).said['possession']).toBe('challenged');
    await r.clock.advance(300_000);
    expect((await verify(r, outsider(200).did, { challenge: true })).isError).toBe(false);
  });

  it('challenges nobody without an identity of its own', async () => {
    const { ttp, storage } = await serverRig();
    const r = await serverRig({ server: { ttp, storage, identity: undefined as never } });
    expect((await verify(r, outsider(7).did, { challenge: true })).meta['ttp/field']).toBe('challenge');
    expect(didKeyDocument(outsider(7).did).id).toBe(outsider(7).did);
  });
});
