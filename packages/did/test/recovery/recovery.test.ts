import { type Dating, type Hash } from '@ttp/core';
import { cosignEnvelope, envelopeId } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  documentOf,
  memoryResolver,
  openIdentity,
  recoverIdentity,
  rotateIdentity,
  setServices,
} from '../../src/index.js';
import { extended, identity, signerOf } from '../fixture.js';
import { HOUR, household, lastId, lastOf, NOW, recoveredBy } from './fixture.js';

const random = seededRandom(11);

describe('a backup key', () => {
  it('recovers, after 24 hours and not before', async () => {
    proves('did.recovery.backup', 'decision.D3');
    const { owner, backup, resolver, clock } = await household();
    const { did } = owner;
    const heir = await recoverIdentity({ keyLog: owner.keyLog, backupSeed: backup, random, clock });
    expect(heir.did).toBe(did);
    await resolver.add(heir.keyLog);
    expect(await resolver.pendingRecovery(did)).toEqual({ id: lastId(heir.keyLog), dueAt: NOW + 24 * HOUR });
    const keys = async () => (await resolver.resolve(did)).authentication;
    expect(await keys()).toEqual([`${did}#key-1`]);
    await clock.advance(24 * HOUR - 1);
    expect(await keys()).toEqual([`${did}#key-1`]);
    await clock.advance(1);
    expect(await keys()).toEqual([`${did}#key-2`]);
    expect(await resolver.pendingRecovery(did)).toBeUndefined();
    const settled = [lastId(heir.keyLog)];
    const { keyLog, seed, nextSeed } = heir;
    expect(openIdentity({ keyLog, seed, nextSeed, settled }).signer.kid).toBe(`${did}#key-2`);
    expect(codeThrownBy(() => openIdentity({ keyLog, seed }))).toBe('DID_KEY_NOT_CURRENT');
    // From now on the new key acts, and the old one does not.
    const grown = await setServices(heir, { services: [], clock });
    expect(await resolver.add(grown.keyLog)).toBe(did);
    const stale = await setServices({ ...owner, keyLog: heir.keyLog }, { services: [], clock });
    expect(await codeRejectedBy(resolver.add(stale.keyLog))).toBe('DID_LOG_UNSIGNED');
  });

  it('is refused when it is another one, or signs alone, or none was committed to', async () => {
    const { owner, backup, clock } = await household();
    const begin = (backupSeed: Uint8Array, keyLog = owner.keyLog) =>
      recoverIdentity({ keyLog, backupSeed, random, clock });
    const other = await begin(seededRandom(5).bytes(32));
    expect(codeThrownBy(() => documentOf(other.keyLog))).toBe('DID_LOG_COMMITMENT');
    const plain = await identity(2);
    const uncommitted = await begin(backup, plain.keyLog);
    expect(codeThrownBy(() => documentOf(uncommitted.keyLog))).toBe('DID_LOG_COMMITMENT');
    const { body } = lastOf((await begin(backup)).keyLog);
    const alone = await extended(owner.keyLog, body, [signerOf(`${owner.did}#backup`, backup)]);
    expect(codeThrownBy(() => documentOf(alone))).toBe('DID_LOG_UNSIGNED');
    const posing = await extended(owner.keyLog, body, [
      signerOf(`${owner.did}#backup`, 66),
      signerOf(`${owner.did}#key-2`, 67),
    ]);
    expect(codeThrownBy(() => documentOf(posing))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
  });

  it('is vetoed by the owner, who takes both keys for it, and gets no second try', async () => {
    proves('did.recovery.backup', 'decision.D3');
    const { owner, backup, resolver, clock } = await household();
    const { did } = owner;
    const thief = await recoverIdentity({ keyLog: owner.keyLog, backupSeed: backup, random, clock });
    await resolver.add(thief.keyLog);
    await clock.advance(23 * HOUR);
    const behind = { ...owner, keyLog: thief.keyLog };
    const veto = lastId(thief.keyLog);
    const vetoed = await rotateIdentity(behind, { random, clock, veto });
    await resolver.add(vetoed.keyLog);
    await clock.advance(100 * HOUR);
    expect(await resolver.resolve(did)).toEqual(documentOf(vetoed.keyLog));
    expect(await resolver.pendingRecovery(did)).toBeUndefined();
    const again = await recoverIdentity({ keyLog: vetoed.keyLog, backupSeed: backup, random, clock });
    expect(await codeRejectedBy(resolver.add(again.keyLog))).toBe('DID_LOG_COMMITMENT');
    // A rotation that passes over the recovery is none, and neither is a veto of nothing.
    const silent = await rotateIdentity(behind, { random, clock });
    expect(codeThrownBy(() => documentOf(silent.keyLog))).toBe('DID_RECOVERY_PENDING');
    const groundless = await rotateIdentity(owner, { random, clock, veto });
    expect(codeThrownBy(() => documentOf(groundless.keyLog))).toBe('DID_BAD_LOG');
  });
});

describe('guardians', () => {
  it('recover together, two of three, each with a key of its own, after 24 hours', async () => {
    proves('did.recovery.social', 'flaw.D7', 'decision.D3');
    const { owner, guardians, resolver, clock } = await household();
    const [a, b, c] = guardians;
    if (a === undefined || b === undefined || c === undefined) throw new Error('three guardians');
    const log = await recoveredBy(owner.keyLog, [a, c]);
    await resolver.add(log.keyLog);
    await clock.advance(24 * HOUR - 1);
    expect((await resolver.resolve(owner.did)).authentication).toEqual([`${owner.did}#key-1`]);
    await clock.advance(1);
    expect((await resolver.resolve(owner.did)).authentication).toEqual([`${owner.did}#key-2`]);

    for (const [by, code] of [
      [[a], 'CRYPTO_ENVELOPE_SIGNER_MISSING'],
      [[b], 'CRYPTO_ENVELOPE_SIGNER_MISSING'],
      [[], 'CRYPTO_ENVELOPE_SIGNER_MISSING'],
    ] as const) {
      const few = await household();
      const attempt = await recoveredBy(few.owner.keyLog, by);
      expect(await codeRejectedBy(few.resolver.add(attempt.keyLog))).toBe(code);
    }
    const all = await household();
    expect(await all.resolver.add((await recoveredBy(all.owner.keyLog, guardians)).keyLog)).toBe(
      all.owner.did,
    );
  });

  it('are not a stranger, the owner twice, or one of them under two key ids', async () => {
    proves('flaw.D7');
    const { owner, guardians, resolver } = await household();
    const stranger = await identity(44);
    await resolver.add(stranger.keyLog);
    const [a, b] = guardians;
    if (a === undefined || b === undefined) throw new Error('guardians');
    const refusedWith = async (by: Parameters<typeof recoveredBy>[1]) =>
      codeRejectedBy(resolver.add((await recoveredBy(owner.keyLog, by)).keyLog));
    expect(await refusedWith([a, stranger])).toBe('CRYPTO_ENVELOPE_FOREIGN_SIGNER');
    expect(await refusedWith([a, owner])).toBe('CRYPTO_ENVELOPE_KEY_UNKNOWN');
    const twice = { did: a.did, signer: signerOf(`${a.did}#key-9`, 9) };
    expect(await refusedWith([a, twice])).toBe('CRYPTO_ENVELOPE_KEY_UNKNOWN');
    const posing = { did: b.did, signer: { ...a.signer, kid: b.signer.kid } };
    expect(await refusedWith([a, posing])).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    // One key behind two guardians is one guardian.
    const shared = await identity(2, { recovery: { guardians: [a.did, b.did], atLeast: 2 } });
    const one = await recoveredBy(shared.keyLog, [a]);
    expect(codeThrownBy(() => documentOf(one.keyLog, []))).toBe('CRYPTO_ENVELOPE_KEY_UNKNOWN');
  });

  it('without the new key sign nothing: whoever recovers has it', async () => {
    const { owner, guardians, resolver } = await household();
    const { keyLog } = await recoveredBy(owner.keyLog, guardians);
    const last = lastOf(keyLog);
    const sigs = last.sigs.filter(({ kid }) => !kid.startsWith(owner.did));
    expect(await codeRejectedBy(resolver.add([...owner.keyLog, { ...last, sigs }]))).toBe('DID_LOG_UNSIGNED');
  });

  it('are vetoed by the owner, who may name others', async () => {
    proves('did.recovery.social', 'decision.D3');
    const { owner, guardians, resolver, clock } = await household();
    const attempt = await recoveredBy(owner.keyLog, guardians);
    await resolver.add(attempt.keyLog);
    await clock.advance(HOUR);
    const vetoed = await rotateIdentity(
      { ...owner, keyLog: attempt.keyLog },
      {
        random,
        clock,
        veto: lastId(attempt.keyLog),
        recovery: { guardians: guardians.slice(1).map(({ did }) => did), atLeast: 2 },
      },
    );
    expect(await resolver.add(vetoed.keyLog)).toBe(owner.did);
    await clock.advance(48 * HOUR);
    expect((await resolver.resolve(owner.did)).authentication).toEqual([vetoed.signer.kid]);
    const again = await recoveredBy(vetoed.keyLog, guardians.slice(0, 2));
    expect(await codeRejectedBy(resolver.add(again.keyLog))).toBe('CRYPTO_ENVELOPE_FOREIGN_SIGNER');
  });

  it('may rotate afterwards: what they signed was seen before', async () => {
    const { owner, guardians, resolver, clock } = await household();
    await resolver.add((await recoveredBy(owner.keyLog, guardians)).keyLog);
    await clock.advance(HOUR);
    const rotated = await rotateIdentity(await identity(91), { random, clock });
    await resolver.add(rotated.keyLog);
    await clock.advance(24 * HOUR);
    expect((await resolver.resolve(owner.did)).authentication).toEqual([`${owner.did}#key-2`]);
    const late = memoryResolver({ clock });
    for (const log of [rotated.keyLog, owner.keyLog]) await late.add(log);
    expect(await codeRejectedBy(late.add((await recoveredBy(owner.keyLog, guardians)).keyLog))).toBe(
      'CRYPTO_ENVELOPE_KEY_UNKNOWN',
    );
  });
});

describe('the delay', () => {
  it('runs from when the entry was seen, whatever time stands in it', async () => {
    const { owner, backup, resolver, clock } = await household();
    const backdated = await recoverIdentity({
      keyLog: owner.keyLog,
      backupSeed: backup,
      random,
      clock: fakeClock(NOW - 1000 * HOUR),
    });
    await resolver.add(backdated.keyLog);
    await clock.advance(23 * HOUR);
    expect((await resolver.resolve(owner.did)).authentication).toEqual([owner.signer.kid]);
  });

  it('runs from when the entry is proved to have existed, for who comes late', async () => {
    const { owner, backup } = await household();
    const heir = await recoverIdentity({
      keyLog: owner.keyLog,
      backupSeed: backup,
      random,
      clock: fakeClock(NOW),
    });
    const dates = new Map<Hash, number>([[lastId(heir.keyLog), NOW]]);
    const dating: Dating = { before: (id) => Promise.resolve(dates.get(id)) };
    const clock = fakeClock(NOW + 24 * HOUR);
    const late = memoryResolver({ clock, dating });
    await late.add(heir.keyLog);
    expect((await late.resolve(owner.did)).authentication).toEqual([heir.signer.kid]);
    const undated = memoryResolver({ clock });
    await undated.add(heir.keyLog);
    expect((await undated.resolve(owner.did)).authentication).toEqual([owner.signer.kid]);
    // Without a clock nothing is ever in force.
    const timeless = memoryResolver({ dating });
    await timeless.add(heir.keyLog);
    expect((await timeless.resolve(owner.did)).authentication).toEqual([owner.signer.kid]);
    expect(await timeless.pendingRecovery(owner.did)).toEqual({
      id: lastId(heir.keyLog),
      dueAt: NOW + 24 * HOUR,
    });

    // A veto that is dated after the delay comes too late, and one before it does not.
    const behind = { ...owner, keyLog: heir.keyLog };
    const vetoed = await rotateIdentity(behind, { random, clock, veto: lastId(heir.keyLog) });
    const after = memoryResolver({ clock, dating });
    dates.set(lastId(vetoed.keyLog), NOW + 24 * HOUR);
    expect(await codeRejectedBy(after.add(vetoed.keyLog))).toBe('DID_BAD_LOG');
    dates.set(lastId(vetoed.keyLog), NOW + 24 * HOUR - 1);
    expect(await after.add(vetoed.keyLog)).toBe(owner.did);
  });

  it('stops everything but the veto', async () => {
    const { owner, backup, resolver, clock } = await household();
    const heir = await recoverIdentity({ keyLog: owner.keyLog, backupSeed: backup, random, clock });
    await resolver.add(heir.keyLog);
    const early = await setServices(heir, { services: [], clock });
    expect(await codeRejectedBy(resolver.add(early.keyLog))).toBe('DID_RECOVERY_PENDING');
    const owners = await setServices({ ...owner, keyLog: heir.keyLog }, { services: [], clock });
    expect(await codeRejectedBy(resolver.add(owners.keyLog))).toBe('DID_RECOVERY_PENDING');
    const second = await recoverIdentity({ keyLog: heir.keyLog, backupSeed: backup, random, clock });
    expect(await codeRejectedBy(resolver.add(second.keyLog))).toBe('DID_RECOVERY_PENDING');
  });
});

describe('a recovery that departs from the log', () => {
  it('freezes nobody: a backup key or guardians are not the owner', async () => {
    const { owner, backup, resolver, clock } = await household();
    const rotated = await rotateIdentity(owner, { random, clock });
    await resolver.add(rotated.keyLog);
    const fork = await recoverIdentity({ keyLog: owner.keyLog, backupSeed: backup, random, clock });
    expect(await codeRejectedBy(resolver.add(fork.keyLog))).toBe('DID_LOG_SUPERSEDED');
    expect(await resolver.resolve(owner.did)).toEqual(documentOf(rotated.keyLog));
  });

  it('yields to a rotation while it is pending, outranks services, and stays once it is in force', async () => {
    const { owner, backup, resolver, clock } = await household();
    const services = await setServices(owner, { services: [], clock });
    const rotated = await rotateIdentity(owner, { random, clock });
    const heir = await recoverIdentity({ keyLog: owner.keyLog, backupSeed: backup, random, clock });
    await resolver.add(services.keyLog);
    expect(await resolver.add(heir.keyLog)).toBe(owner.did);
    expect(await codeRejectedBy(resolver.add(services.keyLog))).toBe('DID_LOG_SUPERSEDED');
    expect(await resolver.add(rotated.keyLog)).toBe(owner.did);
    expect(await resolver.resolve(owner.did)).toEqual(documentOf(rotated.keyLog));

    const second = await household();
    await second.resolver.add(heir.keyLog);
    await second.clock.advance(24 * HOUR);
    expect(await codeRejectedBy(second.resolver.add(rotated.keyLog))).toBe('DID_LOG_SUPERSEDED');
    expect((await second.resolver.resolve(owner.did)).authentication).toEqual([heir.signer.kid]);
    expect(envelopeId(await cosignEnvelope(lastOf(heir.keyLog), signerOf('did:key:z6Mk#x', 3)))).toBe(
      lastId(heir.keyLog),
    );
  });
});
