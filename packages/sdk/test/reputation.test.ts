import type { Did, Envelope, JsonObject, Operators, Receipt } from '@ttp/core';
import {
  cosignEnvelope,
  createSigner,
  encodeEnvelope,
  envelopeId,
  IDENTITY_PURPOSES,
  keyPairOf,
  multikey,
} from '@ttp/crypto';
import { createIdentity, type Identity, memoryResolver, rotateIdentity } from '@ttp/did';
import {
  type Rating,
  type SecurityEvent,
  type Stated,
  signAttestation,
  signClosure,
  signReceipt,
  signRetraction,
  signVouch,
} from '@ttp/score';
import { type AttestationSourceOptions, attest, attestationSource } from '@ttp/sdk';
import { codeRejectedBy, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { CALL_MAP, closeAll, type Rig, rig } from './rig.js';

afterEach(closeAll);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const random = seededRandom('reputation');

/** What is read is confidential: no score alone opens it. */
const CONFIDENTIAL: JsonObject = {
  ...CALL_MAP,
  tools: {
    read_file: {
      action: 'read',
      resource: { scheme: 'file', path: 'input.path' },
      attributes: { dataClassification: 'confidential' },
    },
  },
};

const operatorSeed = new Uint8Array(32).fill(9);
const { publicKey } = keyPairOf(operatorSeed);
const operatorKid = `did:key:${multikey(publicKey)}#${multikey(publicKey)}`;
const operator = createSigner({ seed: operatorSeed, kid: operatorKid, purposes: IDENTITY_PURPOSES });

function roster(): Operators & { remove(): void } {
  let gone = false;
  return {
    byKid: async (kid) =>
      kid === operatorKid && !gone
        ? {
            id: 'author',
            kid,
            publicKey,
            human: 'a',
            level: 3,
            privileges: ['policy:sign', 'kill:reinstate'],
          }
        : undefined,
    remove() {
      gone = true;
    },
  };
}

/** Others, whose keys everybody here knows. */
async function others(r: Rig, count: number, parent?: Identity) {
  const resolver = memoryResolver();
  if (parent !== undefined) await resolver.add(parent.keyLog);
  await resolver.add(r.identity.keyLog);
  const list: Identity[] = [];
  for (let i = 0; i < count; i++) {
    const one = await createIdentity({
      type: 'agent',
      random,
      clock: r.clock,
      ...(parent === undefined ? {} : { parent }),
    });
    await resolver.add(one.keyLog);
    list.push(one);
  }
  return { resolver, list, dids: list.map(({ did }) => did) };
}

const stars = (overall: number): Rating => ({
  overall,
  dimensions: { reliability: 5, quality: 5, speed: 5, communication: 5, safety: 5 },
  wouldWorkAgain: true,
});

let sessions = 0;

/** A session of two, rated by the first: the receipt of both and the attestation. */
async function rates(
  { clock }: Pick<Rig, 'clock'>,
  issuer: Identity,
  subject: Identity,
  { overall = 5, days = 90 } = {},
): Promise<[receipt: Envelope, attestation: Envelope]> {
  const session = (sessions++).toString(16).padStart(31, '0').padEnd(32, '1');
  const now = clock.now();
  const half = await signReceipt({
    session,
    peer: subject.did,
    result: 'completed',
    signer: issuer.signer,
    now,
  });
  const receipt = await cosignEnvelope(half, subject.signer);
  const attestation = await signAttestation({
    subject: subject.did,
    session,
    receipt: envelopeId(receipt),
    rating: stars(overall),
    signer: issuer.signer,
    now,
    expiresAt: now + days * DAY,
  });
  return [receipt, attestation];
}

/** What the decision about the last call was given. */
async function lastEvidence({ ttp }: Rig): Promise<string> {
  return (await ttp.exportBundle()).slice(-200_000);
}

function reading(
  heap: readonly (Envelope | string)[],
  options: Omit<AttestationSourceOptions, 'list'>,
): AttestationSourceOptions {
  return { ...options, list: async (): Promise<readonly Stated[]> => heap.map((envelope) => ({ envelope })) };
}

async function setting(count = 4, options: { operators?: Operators } = {}) {
  const r = await rig({ callMap: CONFIDENTIAL, seed: `reputation ${random.int(1e9)}`, ...options });
  const { resolver, list, dids } = await others(r, count);
  const heap: (Envelope | string)[] = [];
  const open = (more: Partial<AttestationSourceOptions> = {}, roots: readonly Did[] = dids) =>
    r.restart({
      callMap: CONFIDENTIAL,
      ...options,
      reputation: attestationSource({ ...reading(heap, { roots, resolver }), ...more }),
    });
  return { r, resolver, list, heap, open };
}

/** Whether score alone would have to open it: what a human would be asked about is only checked here. */
const alone = async ({ ttp }: Rig): Promise<boolean | undefined> =>
  (await ttp.check({ tool: 'read_file', input: { path: 'data/a' } })).decision?.reasons.some(
    ({ code }) => code === 'TRE_SCORE_ALONE',
  );

describe('what score alone does not open', () => {
  it('is opened by attestations of three clusters with a path from a root, and by nothing less', async () => {
    proves('flaw.S1', 'decision.D24');
    const { r, list, heap, open } = await setting();
    const status = async (roots?: readonly Did[]) => {
      const one = await open({}, roots);
      const outcome = await one.read('data/a');
      return [outcome.status, outcome.decision?.reasons.some(({ code }) => code === 'TRE_SCORE_ALONE')];
    };
    expect(await status()).toEqual(['blocked', true]);
    for (const rater of list.slice(0, 2)) heap.push(...(await rates(r, rater, r.identity)));
    expect(await status()).toEqual(['blocked', true]);
    const third = list[2] ?? r.identity;
    heap.push(...(await rates(r, third, r.identity)));
    expect(await status()).toEqual(['done', false]);
    // The same three, whom nobody made roots, are three free identities.
    expect(await status(list.slice(3).map(({ did }) => did))).toEqual(['blocked', true]);
    expect(await status([])).toEqual(['blocked', true]);
    // And one that is taken back is no third.
    const { signer } = third;
    const last = heap.at(-1);
    if (last === undefined || typeof last === 'string') throw new Error('no attestation');
    heap.push(
      await signRetraction({
        attestation: envelopeId(last),
        reason: 'mistaken',
        signer,
        now: r.clock.now(),
      }),
    );
    expect(await status()).toEqual(['blocked', true]);
  });

  it('is not opened by three of one house', async () => {
    proves('flaw.S1');
    const r = await rig({ callMap: CONFIDENTIAL, seed: 'house' });
    const publisher = await createIdentity({ type: 'publisher', random, clock: r.clock });
    const { resolver, list, dids } = await others(r, 3, publisher);
    const heap: Envelope[] = [];
    for (const rater of list) heap.push(...(await rates(r, rater, r.identity)));
    const one = await r.restart({
      callMap: CONFIDENTIAL,
      reputation: attestationSource(reading(heap, { roots: dids, resolver })),
    });
    expect((await one.read('data/a')).status).toBe('blocked');
  });

  it('is opened by the vouch of an operator, while it holds and he is one', async () => {
    proves('flaw.S1');
    const operators = roster();
    const { r, heap, open } = await setting(1, { operators });
    const vouch = () =>
      signVouch({ subject: r.identity.did, notAfter: r.clock.now() + HOUR }, operator, r.clock.now());
    heap.push(await vouch());
    const one = await open();
    expect(await alone(one)).toBe(false);
    await one.clock.advance(HOUR);
    expect(await alone(one)).toBe(true);
    const again = await open({}, []);
    heap.push(await vouch());
    await again.clock.advance(61_000);
    expect(await alone(again)).toBe(false);
    operators.remove();
    await again.clock.advance(61_000);
    expect(await alone(again)).toBe(true);
  });
});

describe('the score', () => {
  it('counts what others attested, at once after a real challenge-response: 40 points of identity, no fraction of them', async () => {
    proves('score.identity.binary');
    const { r, list, heap, open } = await setting(5);
    for (const rater of list) heap.push(...(await rates(r, rater, r.identity)));
    const one = await open();
    await one.read('data/a');
    const evidence = await lastEvidence(one);
    expect(evidence).toContain('\\"method\\":\\"challenge-response\\"');
    expect(evidence).toContain('\\"identityBp\\":4000');
    expect(evidence).not.toMatch(/"identityBp\\":(?!4000|0\b)/);
    expect(evidence).toMatch(/"reputationBp\\":[1-9]/);
    expect(evidence).toContain('\\"attestationCount\\":5');
  });

  it('has the bad ratings of the inception above it, and not the good ones', async () => {
    proves('decision.D4');
    const clock = fakeClock();
    const parent = await createIdentity({ type: 'publisher', random, clock });
    const identity = await createIdentity({ type: 'agent', random, clock, parent });
    const resolver = memoryResolver();
    for (const one of [parent, identity]) await resolver.add(one.keyLog);
    const rater = await createIdentity({ type: 'agent', random, clock });
    await resolver.add(rater.keyLog);
    const posterior = async (overall: number): Promise<number> => {
      const heap = await rates({ clock }, rater, parent, { overall });
      const r = await rig({
        identity,
        resolver,
        reputation: attestationSource(reading(heap, { roots: [rater.did], resolver })),
      });
      await r.read('data/a');
      const found = /\\"posterior\\":(-?\d+)/.exec(await lastEvidence(r));
      return Number(found?.[1]);
    };
    expect(await posterior(1)).toBeLessThan(0);
    expect(await posterior(5)).toBe(0);
  });

  it('is capped by a security event until an operator closes it', async () => {
    proves('score.recovery');
    const operators = roster();
    const { r, open } = await setting(1, { operators });
    const event: SecurityEvent = {
      id: `sha256:${'1'.repeat(64)}` as SecurityEvent['id'],
      subject: r.identity.did,
      severity: 'high',
    };
    const closures: Envelope[] = [];
    const one = await open({ securityEvents: async () => ({ events: [event], closures }) });
    const first = await one.ttp.check({ tool: 'write_file', input: { path: 'data/a' } });
    expect(first.decision?.reasons.map(({ code }) => code)).toContain('TRE_BLOCKED');
    closures.push(await signClosure(event, operator, one.clock.now()));
    await one.clock.advance(61_000);
    const second = await one.ttp.check({ tool: 'write_file', input: { path: 'data/a' } });
    expect(second.decision?.reasons.map(({ code }) => code)).not.toContain('TRE_BLOCKED');
  });
});

describe('what is not readable', () => {
  it('lowers nothing, counts for nothing and is a finding, once', async () => {
    proves('flaw.S6');
    const { r, list, heap, open } = await setting(3);
    for (const rater of list) heap.push(...(await rates(r, rater, r.identity)));
    const stranger = await createIdentity({ type: 'agent', random, clock: r.clock });
    const [receipt, unknown] = await rates(r, stranger, r.identity, { overall: 1 });
    const forged = encodeEnvelope(unknown).replace('"overall":1', '"overall":2');
    heap.push('rubbish', receipt, unknown, forged);
    const one = await open();
    expect((await one.read('data/a')).status).toBe('done');
    await one.clock.advance(61_000);
    expect((await one.read('data/a')).status).toBe('done');
    const findings = one.entries
      .filter(({ type }) => type === 'finding-raised')
      .map(({ data }) => data['code']);
    expect(findings.filter((code) => code === 'CRYPTO_JSON_SYNTAX')).toHaveLength(1);
    expect(findings.filter((code) => code === 'CRYPTO_ENVELOPE_KEY_UNKNOWN').length).toBeGreaterThanOrEqual(
      3,
    );
    expect(findings).toContain('SDK_RATING_PATTERN');
  });

  it('what a retired key signed counts by evidence of its date, or where it was verified before', async () => {
    proves('flaw.D3');
    const { r, resolver, list, heap, open } = await setting(3);
    for (const rater of list) heap.push(...(await rates(r, rater, r.identity)));
    const before = await open();
    expect(await alone(before)).toBe(false);
    const [first] = list;
    if (first?.nextSeed === undefined) throw new Error('no key to rotate to');
    await before.clock.advance(61_000);
    const rotated = await rotateIdentity({ ...first, nextSeed: first.nextSeed }, r);
    await resolver.add(rotated.keyLog);
    expect(await alone(before)).toBe(false);
    expect(await alone(await open())).toBe(true);
    const dated = await open({ dating: { before: async () => r.clock.now() - 60_500 } });
    expect(await alone(dated)).toBe(false);
  });

  it('what cannot be had any more holds for five minutes, and then nothing is decided', async () => {
    const { r, list, heap, open } = await setting(3);
    for (const rater of list) heap.push(...(await rates(r, rater, r.identity)));
    let isDown = false;
    const one = await open({
      async list() {
        if (isDown) throw new Error('no network');
        return heap.map((envelope) => ({ envelope }));
      },
    });
    expect((await one.read('data/a')).status).toBe('done');
    isDown = true;
    await one.clock.advance(299_000);
    expect((await one.read('data/a')).status).toBe('done');
    await one.clock.advance(2000);
    expect(await one.read('data/a')).toMatchObject({ status: 'blocked', code: 'SDK_EVIDENCE_FAILED' });
    isDown = false;
    expect((await one.read('data/a')).status).toBe('done');
  });
});

it('after a session an agent attests it, and its log has the hash and not the rating', async () => {
  const r = await rig();
  const { list } = await others(r, 1);
  const [peer] = list;
  if (peer === undefined) throw new Error('nobody');
  const outcome = await r.read('data/a');
  if (outcome.status !== 'done') throw new Error(outcome.code);
  const { trace }: Receipt = outcome.receipt;
  const now = r.clock.now();
  const half = await signReceipt({
    session: trace,
    peer: peer.did,
    result: 'completed',
    signer: r.identity.signer,
    now,
  });
  const receipt = await cosignEnvelope(half, peer.signer);
  const said = {
    subject: peer.did,
    session: trace,
    receipt: envelopeId(receipt),
    now,
    signer: r.identity.signer,
  };
  const signed = await attest(r.ttp, { ...said, rating: stars(4) });
  const event = r.entries.findLast(({ type }) => type === 'attestation-issued');
  expect(event).toMatchObject({
    subject: peer.did,
    data: { attestation: envelopeId(signed), session: trace, receipt: envelopeId(receipt) },
  });
  expect(JSON.stringify(event?.data)).not.toContain('overall');
  expect(await codeRejectedBy(attest(r.ttp, { ...said, subject: r.identity.did, rating: stars(5) }))).toBe(
    'SCORE_ATTESTATION_SELF',
  );
});
