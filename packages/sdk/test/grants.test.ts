import type { JsonObject, Operator, Operators } from '@ttp/core';
import { createSigner, encodeEnvelope, IDENTITY_PURPOSES, keyPairOf, multikey } from '@ttp/crypto';
import { type Grant, signGrant } from '@ttp/guard';
import { replayBundle } from '@ttp/sdk';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';
import { grantSource } from '../src/grant-source.js';
import { scene } from './profile.js';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

/** Reading takes a capability that no stage grants. */
const PAYMENTS: JsonObject = {
  ...POLICY,
  requirements: { requiredCapabilities: ['payment:process'] },
};

const seed = new Uint8Array(32).fill(5);
const { publicKey } = keyPairOf(seed);
const kid = `did:key:${multikey(publicKey)}#${multikey(publicKey)}`;
const author: Operator = { id: 'author', kid, publicKey, human: 'a', level: 3, privileges: ['policy:sign'] };
const signer = createSigner({ seed, kid, purposes: IDENTITY_PURPOSES });

/** A roster that the author can be taken off. */
function roster(): { readonly operators: Operators; remove(): void } {
  let list: readonly Operator[] = [author];
  return {
    operators: { byKid: async (asked) => list.find((one) => one.kid === asked) },
    remove() {
      list = [];
    },
  };
}

const grantFor = ({ identity, clock }: Rig, grant: Partial<Grant> = {}) => {
  const given = {
    subject: identity.did,
    capability: 'payment:process',
    notAfter: clock.now() + 600_000,
  } as const;
  return signGrant({ ...given, ...grant }, signer, clock.now());
};

const { operators } = roster();

it('a grant of an operator gives a capability that no stage has, and is on the record with who gave it', async () => {
  proves('decision.D27');
  const plain = await rig({ policy: PAYMENTS, operators });
  expect((await plain.read('data/a')).status).toBe('blocked');
  const granted = await grantFor(plain);
  const r = await plain.restart({ policy: PAYMENTS, operators, grants: [granted, encodeEnvelope(granted)] });
  const outcome = await r.read('data/a');
  expect(outcome.status).toBe('done');
  const bundle = await r.ttp.exportBundle();
  expect(bundle).toContain('payment:process');
  expect(bundle).toContain('"operator\\":\\"author');
  expect(replayBundle(bundle).map(({ result }) => result)).toEqual(['same', 'same']);
});

it('a grant ends when it says, and when its operator is one no longer', async () => {
  const plain = await rig({ policy: PAYMENTS, operators });
  const grants = [await grantFor(plain)];
  const short = await plain.restart({ policy: PAYMENTS, operators, grants });
  expect((await short.read('data/a')).status).toBe('done');
  await short.clock.advance(599_999);
  expect((await short.read('data/a')).status).toBe('done');
  await short.clock.advance(1);
  expect((await short.read('data/a')).status).toBe('blocked');

  const staff = roster();
  const long = [await grantFor(short, { notAfter: short.clock.now() + 10_000_000 })];
  const left = await short.restart({ policy: PAYMENTS, operators: staff.operators, grants: long });
  expect((await left.read('data/a')).status).toBe('done');
  staff.remove();
  await left.clock.advance(60_001);
  expect((await left.read('data/a')).status).toBe('blocked');
});

it('a grant is relied on until it ends and no longer, so that a call which waits is decided again', async () => {
  const r = await rig({ operators });
  const now = r.clock.now();
  const grants = [await grantFor(r, { notAfter: now + 1 }), await grantFor(r, { notAfter: now + 30_000 })];
  const source = await grantSource(grants, { subject: r.ttp.did, operators, clock: r.clock });
  const [, interaction] = scene(r);
  const granted = async () => {
    const { value, at, validFor } = await source.gather(interaction, new AbortController().signal);
    return [Array.isArray(value) ? value.length : value, at + validFor - now];
  };
  // The last millisecond in which it may be relied on is the one before the end.
  expect(await granted()).toEqual([2, 0]);
  await r.clock.advance(1);
  expect(await granted()).toEqual([1, 29_999]);
  await r.clock.advance(29_999);
  expect(await granted()).toEqual([0, 90_000]);
});

it('one that has expired is not granted, and is no fault', async () => {
  const plain = await rig({ policy: PAYMENTS, operators });
  const grants = [await grantFor(plain, { notAfter: plain.clock.now() })];
  const r = await plain.restart({ policy: PAYMENTS, operators, grants });
  expect((await r.read('data/a')).status).toBe('blocked');
});

it('what is no grant does not open', async () => {
  const plain = await rig({ policy: PAYMENTS, operators });
  const other = await rig({ seed: 'other' });
  const good = await grantFor(plain);
  await plain.ttp.close();
  const opened = (options: Parameters<Rig['restart']>[0]) =>
    codeRejectedBy(plain.restart({ policy: PAYMENTS, ...options }));
  expect(await opened({ grants: [good] })).toBe('GUARD_OPERATORS_ABSENT');
  expect(await opened({ operators, grants: [good, await grantFor(other)] })).toBe('GUARD_GRANT_SUBJECT');
  expect(await opened({ operators, grants: ['x'] })).toMatch(/^CRYPTO_/);
  const own = await signGrant(
    { subject: plain.identity.did, capability: 'payment:process', notAfter: plain.clock.now() + 1000 },
    plain.identity.signer,
    plain.clock.now(),
  );
  expect(await opened({ operators, grants: [own] })).toBe('CRYPTO_OPERATOR_UNKNOWN');
});
