import type { Did, Envelope, Hash } from '@ttp/core';
import { cosignEnvelope, envelopeId, hashBytes, multikey, utf8 } from '@ttp/crypto';
import { type FakeClock, fakeClock, seededRandom } from '@ttp/testkit';
import {
  didKey,
  type KeyLogResolver,
  memoryResolver,
  type NewIdentity,
  recoverIdentity,
} from '../../src/index.js';
import { identity, signerOf } from '../fixture.js';

export const HOUR = 3_600_000;
export const NOW = 1_800_000_000_000;

/** The hash that an inception holds of a key. */
const hashOf = (publicKey: Uint8Array): Hash => hashBytes(utf8(multikey(publicKey)));

/** An owner with a backup key and three guardians of whom two are enough, known to a resolver. */
export async function household(clock: FakeClock = fakeClock(NOW)): Promise<{
  readonly owner: NewIdentity;
  readonly backup: Uint8Array;
  readonly guardians: readonly Guardian[];
  readonly resolver: KeyLogResolver;
  readonly clock: FakeClock;
}> {
  const spare = await identity(90);
  const inside = await identity(91);
  const guardians: readonly Guardian[] = [
    inside,
    ...[92, 93].map((n) => {
      const { publicKey } = signerOf('did:key:unused#key', n);
      const did = didKey(publicKey);
      return { did, signer: signerOf(`${did}#${multikey(publicKey)}`, n) };
    }),
  ];
  const owner = await identity(1, {
    clock,
    recovery: {
      backup: hashOf(spare.signer.publicKey),
      guardians: guardians.map(({ did }) => did),
      atLeast: 2,
    },
  });
  const resolver = memoryResolver({ clock });
  await resolver.add(inside.keyLog);
  await resolver.add(owner.keyLog);
  return { owner, backup: spare.seed, guardians, resolver, clock };
}

export type Guardian = { readonly did: Did; readonly signer: NewIdentity['signer'] };

/** A recovery that these guardians sign. */
export async function recoveredBy(
  keyLog: readonly Envelope[],
  guardians: readonly Guardian[],
  seed = 7,
): Promise<NewIdentity> {
  const begun = await recoverIdentity({ keyLog, random: seededRandom(seed), clock: fakeClock(NOW) });
  let last = lastOf(begun.keyLog);
  for (const { signer } of guardians) last = await cosignEnvelope(last, signer);
  return { ...begun, keyLog: [...keyLog, last] };
}

export function lastOf(keyLog: readonly Envelope[]): Envelope {
  const last = keyLog.at(-1);
  if (last === undefined) throw new Error('a key log has an entry');
  return last;
}

/** The id of the last entry. */
export const lastId = (keyLog: readonly Envelope[]): Hash => envelopeId(lastOf(keyLog));
