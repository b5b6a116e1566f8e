import type { Dating, Envelope, Hash } from '@ttp/core';
import { envelopeId, signEnvelope, verifyEnvelope } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, fakeClock, proves, seededRandom, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  datedKeyLookup,
  deactivateIdentity,
  documentOf,
  memoryResolver,
  type NewIdentity,
  rotateIdentity,
  setServices,
} from '../src/index.js';
import { identity } from './fixture.js';

const NOW = 1_800_000_000_000;

/** A statement of the identity, dated as it says itself. */
const statement = ({ did, signer }: NewIdentity, iat: number): Promise<Envelope> =>
  signEnvelope({ type: 'ttp/receipt@1', head: { iss: did, iat }, body: {}, signers: [signer] });

const datingOf = (dates: ReadonlyMap<Hash, number>): Dating => ({
  before: (id) => Promise.resolve(dates.get(id)),
});

async function verdict(
  envelope: Envelope,
  options: Parameters<typeof datedKeyLookup>[1],
): Promise<string | undefined> {
  const keyOf = await datedKeyLookup(envelope, options);
  return codeThrownBy(() =>
    verifyEnvelope(envelope, { type: 'ttp/receipt@1', parse: (body) => body, keyOf, now: NOW }),
  );
}

describe('a retired key', () => {
  it('verifies only what evidence dates before its rotation, whatever date stands in it', async () => {
    proves('did.keys.historical', 'flaw.D3', 'decision.D2');
    await withSeed('retired keys', 60, async (random) => {
      const clock = fakeClock(NOW);
      const owners = [await identity(random.int(1000), { clock })];
      const retired: number[] = [];
      for (let n = random.int(4); n > 0; n--) {
        await clock.advance(1 + random.int(1000));
        const last = owners.at(-1);
        if (last !== undefined) owners.push(await rotateIdentity(last, { random, clock }));
        retired.push(clock.now());
      }
      const resolver = memoryResolver({ clock });
      await resolver.add(owners.at(-1)?.keyLog ?? []);
      const which = random.int(owners.length);
      const [signer = owners[0]] = owners.slice(which);
      if (signer === undefined) return;
      const envelope = await statement(signer, NOW - random.int(10_000));
      const until = retired[which];
      const before = random.pick([undefined, NOW - 1, (until ?? NOW) - 1, until, (until ?? NOW) + 1]);
      const dates = new Map(before === undefined ? [] : [[envelopeId(envelope), before]]);
      const good = until === undefined || (before !== undefined && before <= until);
      expect(await verdict(envelope, { resolver, dating: datingOf(dates) })).toBe(
        good ? undefined : 'CRYPTO_ENVELOPE_KEY_UNKNOWN',
      );
    });
  });

  it('in the hands of a thief dates nothing back', async () => {
    proves('flaw.D3');
    const clock = fakeClock(NOW);
    const owner = await identity(1, { clock });
    await clock.advance(1000);
    const rotated = await rotateIdentity(owner, { random: seededRandom(2), clock });
    const resolver = memoryResolver({ clock });
    await resolver.add(rotated.keyLog);
    const forged = await statement(owner, NOW - 1);
    // The evidence that there is for the forgery dates it when it was made; that of another envelope is no help.
    const other = await statement(owner, NOW - 2);
    for (const dates of [
      new Map<Hash, number>(),
      new Map([[envelopeId(forged), NOW + 5000]]),
      new Map([[envelopeId(other), NOW - 2]]),
    ])
      expect(await verdict(forged, { resolver, dating: datingOf(dates) })).toBe(
        'CRYPTO_ENVELOPE_KEY_UNKNOWN',
      );
    const lookup = await datedKeyLookup(other, {
      resolver,
      dating: datingOf(new Map([[envelopeId(other), NOW - 2]])),
    });
    expect(lookup(owner.signer.kid, envelopeId(other))).toEqual(owner.signer.publicKey);
    expect(lookup(owner.signer.kid, envelopeId(forged))).toBeUndefined();
  });

  it('counts as retired from when it was lost, even while it is in force', async () => {
    proves('flaw.D3');
    const clock = fakeClock(NOW);
    const owner = await identity(1, { clock });
    const resolver = memoryResolver({ clock });
    await resolver.add(owner.keyLog);
    const envelope = await statement(owner, NOW);
    const dates = new Map([[envelopeId(envelope), NOW]]);
    const at = (since: number) =>
      verdict(envelope, { resolver, dating: datingOf(dates), compromisedSince: () => since });
    expect(await at(NOW)).toBeUndefined();
    expect(await at(NOW - 1)).toBe('CRYPTO_ENVELOPE_KEY_UNKNOWN');
  });
});

describe('a child', () => {
  it('outlives the key of its parent that signed it, where that was seen or is dated before', async () => {
    proves('flaw.D3');
    const clock = fakeClock(NOW);
    const parent = await identity(1, { type: 'publisher', clock });
    const child = await identity(2, { type: 'tool', parent, clock });
    const resolver = memoryResolver({ clock });
    for (const { keyLog } of [parent, child]) await resolver.add(keyLog);
    await clock.advance(1000);
    const rotated = await rotateIdentity(parent, { random: seededRandom(3), clock });
    await resolver.add(rotated.keyLog);
    expect(await resolver.resolve(child.did)).toEqual(documentOf(child.keyLog, [documentOf(parent.keyLog)]));
    expect(await resolver.ancestors(child.did)).toEqual([parent.did]);

    // Who sees the child only now needs evidence.
    await clock.advance(1000);
    const dates = new Map<Hash, number>();
    const late = memoryResolver({ clock, dating: datingOf(dates) });
    await late.add(rotated.keyLog);
    expect(await codeRejectedBy(late.add(child.keyLog))).toBe('DID_LOG_UNSIGNED');
    for (const entry of child.keyLog) dates.set(envelopeId(entry), NOW + 1);
    expect(await late.add(child.keyLog)).toBe(child.did);
    // A thief of the retired key makes no children.
    const forged = await identity(4, { type: 'tool', parent, clock: fakeClock(NOW) });
    expect(await codeRejectedBy(resolver.add(forged.keyLog))).toBe('DID_LOG_UNSIGNED');
  });
});

describe('a terminated identity', () => {
  it('never acts again', async () => {
    const clock = fakeClock(NOW);
    const owner = await identity(1, { type: 'publisher', clock });
    const resolver = memoryResolver({ clock });
    await resolver.add(owner.keyLog);
    const keyLog = await deactivateIdentity(owner, clock);
    expect(await resolver.add(keyLog)).toBe(owner.did);
    expect(await codeRejectedBy(resolver.resolve(owner.did))).toBe('DID_DEACTIVATED');
    expect(codeThrownBy(() => documentOf(keyLog))).toBe('DID_DEACTIVATED');
    // Neither by an entry more, nor by an older log, nor by a child that it signs.
    const more = await setServices({ ...owner, keyLog }, { services: [], clock });
    expect(await codeRejectedBy(resolver.add(more.keyLog))).toBe('DID_DEACTIVATED');
    await resolver.add(owner.keyLog);
    expect(await codeRejectedBy(resolver.resolve(owner.did))).toBe('DID_DEACTIVATED');
    await clock.advance(1);
    const child = await identity(2, { type: 'tool', parent: owner, clock });
    expect(await codeRejectedBy(resolver.add(child.keyLog))).toBe('DID_DEACTIVATED');
    // Another inception of the same holder is another identity, and does not inherit the key.
    const again = await identity(3, { type: 'publisher', clock });
    expect(await resolver.add(again.keyLog)).not.toBe(owner.did);
    expect(await resolver.history(owner.did)).toMatchObject([{ kid: owner.signer.kid, until: NOW }]);
  });
});
