import type { Envelope, Signer } from '@ttp/core';
import { hashBytes, multikey, utf8 } from '@ttp/crypto';
import { codeRejectedBy, fakeClock, proves, seededRandom, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { memoryResolver, recoverIdentity, rotateIdentity } from '../../src/index.js';
import { extended, identity, signerOf } from '../fixture.js';
import { HOUR, household, lastId, NOW, recoveredBy } from './fixture.js';

/** The keys somebody can steal. */
const KEYS = ['current', 'next', 'backup', 'guardian 0', 'guardian 1', 'guardian 2'] as const;

it('a thief of any one key does not get the identity, whatever he signs with it', async () => {
  proves('law.C-8', 'flaw.D2', 'flaw.D7');
  await withSeed('thief of one key', 60, async (random) => {
    const { owner, backup, guardians, resolver, clock } = await household();
    const { did, keyLog } = owner;
    const stolen = random.pick(KEYS);
    const own = (kid: string): Signer => signerOf(kid, 60 + random.int(9));
    const second = signerOf(`${did}#key-2`, owner.nextSeed);
    const spare = signerOf(`${did}#backup`, backup);
    const holders: Record<(typeof KEYS)[number], Signer | undefined> = {
      current: owner.signer,
      next: second,
      backup: spare,
      'guardian 0': guardians[0]?.signer,
      'guardian 1': guardians[1]?.signer,
      'guardian 2': guardians[2]?.signer,
    };
    // Under every key id there is, he signs with the key he has or with one of his own; he knows all public keys.
    const sign = (kid: string, is: string): Signer =>
      stolen === is || random.chance(0.1) ? { ...(holders[stolen] ?? own(kid)), kid } : own(kid);
    const kids: readonly (readonly [string, string])[] = [
      [`${did}#key-1`, 'current'],
      [`${did}#key-2`, 'next'],
      [`${did}#backup`, 'backup'],
      ...guardians.map(({ signer }, i) => [signer.kid, `guardian ${i}`] as const),
    ];
    const signers = kids.filter(() => random.chance(0.6)).map(([kid, is]) => sign(kid, is));
    const mine = signerOf(`${did}#key-2`, 61);
    const key = random.pick([second, mine, owner.signer, spare]).publicKey;
    const body = {
      v: 1,
      seq: 1,
      ...random.pick([
        { op: 'rotate', keys: [multikey(key)], next: [hashBytes(utf8('next'))] },
        { op: 'recover', keys: [multikey(key)], next: [hashBytes(utf8('next'))] },
        {
          op: 'recover',
          backup: multikey(spare.publicKey),
          keys: [multikey(key)],
          next: [hashBytes(utf8('next'))],
        },
        { op: 'deactivate', keys: [multikey(key)] },
      ]),
    };
    const log = signers.length === 0 ? keyLog : await extended(keyLog, body, signers);
    const code = await codeRejectedBy(resolver.add(log));
    // A thief of the backup key can begin what the owner then forbids; nobody else can begin anything.
    const pending = await resolver.pendingRecovery(did);
    if (pending !== undefined) {
      expect(stolen).toBe('backup');
      const veto = pending.id;
      const vetoed = await rotateIdentity({ ...owner, keyLog: log }, { random, clock, veto });
      await resolver.add(vetoed.keyLog);
      await clock.advance(100 * HOUR);
      expect((await resolver.resolve(did)).authentication).toEqual([vetoed.signer.kid]);
      return;
    }
    await clock.advance(100 * HOUR);
    expect((await resolver.resolve(did)).authentication).toEqual([owner.signer.kid]);
    if (signers.length > 0) expect(code).toMatch(/^(?:DID|CRYPTO)_/);
  });
});

it('a thief of the key in force cannot forbid a recovery, nor end the identity', async () => {
  proves('law.C-8');
  const { owner, resolver, backup, clock } = await household();
  const { did, signer, keyLog, nextSeed } = owner;
  const second = signerOf(`${did}#key-2`, nextSeed);
  const attempts: readonly (readonly Envelope[])[] = [
    await extended(keyLog, { v: 1, op: 'deactivate', seq: 1, keys: [multikey(second.publicKey)] }, [signer]),
    await extended(keyLog, { v: 1, op: 'deactivate', seq: 1, keys: [multikey(signer.publicKey)] }, [signer]),
  ];
  for (const log of attempts)
    expect(await codeRejectedBy(resolver.add(log))).toMatch(/^DID_LOG_(?:UNSIGNED|COMMITMENT)$/);
  const heir = await recoverIdentity({ keyLog, backupSeed: backup, random: seededRandom(3), clock });
  await resolver.add(heir.keyLog);
  const next = [hashBytes(utf8('next'))];
  const thief = signerOf(`${did}#key-2`, 66);
  const veto = lastId(heir.keyLog);
  const body = { v: 1, op: 'rotate', seq: 2, keys: [multikey(thief.publicKey)], next, veto };
  expect(await codeRejectedBy(resolver.add(await extended(heir.keyLog, body, [signer, thief])))).toBe(
    'DID_LOG_COMMITMENT',
  );
  await clock.advance(24 * HOUR);
  expect((await resolver.resolve(did)).authentication).toEqual([heir.signer.kid]);
});

it('who was never told of the guardians takes nobody for one', async () => {
  const { owner, guardians } = await household();
  const alone = memoryResolver({ clock: fakeClock(NOW) });
  await alone.add((await identity(55)).keyLog);
  await alone.add(owner.keyLog);
  const log = await recoveredBy(owner.keyLog, guardians.slice(0, 2));
  expect(await codeRejectedBy(alone.add(log.keyLog))).toBe('CRYPTO_ENVELOPE_KEY_UNKNOWN');
});
