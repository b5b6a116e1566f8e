import { asDid, type Hash, type Json, type Storage } from '@ttp/core';
import { bytesOfHash, fromBase64url, hex, utf8 } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { openCheckpoint, parseInclusionProof, verifyInclusion } from '../../src/index.js';
import {
  bundlePayloads,
  commitment,
  openRecorder,
  type Payload,
  verifyTrace,
} from '../../src/trace/index.js';
import { logKey, POINT } from '../fixture.js';
import { type Bench, bench, controlled, event, TRACE, TRUST } from './fixture.js';

const PERSON = asDid('did:ttp:agent:QmPerson');
const SECRET = 'Ada Lovelace, 12 Analytical Street';
const CONTEXT = { agent: POINT, trace: TRACE };

/** Records an event that commits to a value of the person. */
async function keep({ recorder }: Bench, value: Json, subject = PERSON): Promise<Payload> {
  const payload = recorder.payload(subject, value);
  await recorder.record([event('decision-made', { data: { interaction: payload.hash } })], [payload]);
  return payload;
}

const keyOf = (hash: Hash) => `etr/payload/${hex(bytesOfHash(hash))}`;

/** Every byte that the storage holds, as text. */
async function dump(storage: Storage, log: string): Promise<string> {
  const parts: string[] = [];
  for await (const key of storage.store.list(''))
    parts.push(key, text((await storage.store.get(key))?.value));
  for await (const entry of storage.log(log).read(0n, 1000n)) parts.push(text(entry));
  return parts.join('\n');
}
const text = (bytes: Uint8Array | undefined): string => new TextDecoder('latin1').decode(bytes);

describe('a payload', () => {
  it('is read back by its commitment, and lies nowhere in the clear', async () => {
    proves('etr-merkle.privacy.no-pii-in-leaf');
    const at = await bench();
    const { hash } = await keep(at, { name: SECRET, amount: 12.5 });
    expect(await at.recorder.read(hash)).toEqual({ name: SECRET, amount: 12.5 });
    const stored = await dump(at.storage, at.recorder.origin);
    expect(stored).toContain(hash);
    expect(stored).not.toContain('Lovelace');
    expect(stored).not.toContain(PERSON);
    expect(await (await at.reopen()).read(hash)).toEqual({ name: SECRET, amount: 12.5 });
  });

  it('has a commitment under a fresh salt: equal values cannot be recognised', async () => {
    proves('etr-merkle.privacy.no-pii-in-leaf');
    const { recorder } = await bench();
    const [a, b] = [recorder.payload(PERSON, 'yes'), recorder.payload(PERSON, 'yes')];
    expect(a.hash).not.toBe(b.hash);
    expect(a.salted).toHaveLength(32 + utf8('"yes"').length);
    expect(commitment(a.salted.slice(0, 32), utf8('"yes"'))).toBe(a.hash);
  });

  it('is refused when it is too large, or could not be read back', async () => {
    const { recorder } = await bench();
    const tooLarge = () => recorder.payload(PERSON, 'x'.repeat(4_194_303));
    expect(codeThrownBy(tooLarge)).toBe('ETR_PAYLOAD_TOO_LARGE');
    expect(codeThrownBy(() => recorder.payload(PERSON, { n: 2 ** 53 }))).toBe('ETR_BAD_PAYLOAD');
    expect(codeThrownBy(() => recorder.payload(PERSON, Number.NaN))).toBe('CRYPTO_JSON_NUMBER_RANGE');
    const largest = await keep(await bench(), 'x'.repeat(4_194_302));
    expect(largest.salted).toHaveLength(32 + 4_194_304);
  });

  it('nobody ever kept is absent', async () => {
    const { recorder } = await bench();
    expect(await recorder.read(recorder.payload(PERSON, 1).hash)).toBeUndefined();
  });

  it('that is damaged, or moved to another place, is reported and not returned', async () => {
    const at = await bench();
    const [a, b] = [await keep(at, 'first'), await keep(at, 'second')];
    const { store } = at.storage;
    const stored = (await store.get(keyOf(a.hash)))?.value ?? new Uint8Array(0);
    for (const damaged of [
      stored.with(stored.length - 1, (stored.at(-1) ?? 0) ^ 1),
      stored.with(60, (stored.at(60) ?? 0) ^ 1),
      stored.with(0, 2),
      stored.slice(0, 40),
    ]) {
      await store.put(keyOf(a.hash), damaged);
      expect(await codeRejectedBy(at.recorder.read(a.hash))).toBe('ETR_PAYLOAD_UNREADABLE');
    }
    await store.put(keyOf(b.hash), stored);
    expect(await codeRejectedBy(at.recorder.read(b.hash))).toBe('ETR_PAYLOAD_UNREADABLE');
    // One damaged payload does not keep the log from being exported.
    const bundle = await at.recorder.exportBundle();
    expect(bundle).toContain('"reason":"unreadable"');
    expect(verifyTrace(bundle, TRUST).findings).toEqual([]);
  });

  it('whose data key is damaged fails its own call only', async () => {
    const at = await bench();
    await keep(at, 'first');
    for await (const key of at.storage.store.list('etr/key/'))
      await at.storage.store.put(key, Uint8Array.of(1, 2));
    const [mine, other] = [at.recorder.payload(PERSON, 1), at.recorder.payload(POINT, 1)];
    const bad = at.recorder.record([event('decision-made')], [mine]);
    const good = at.recorder.record([event('decision-made')], [other]);
    expect(await codeRejectedBy(bad)).toBe('ETR_PAYLOAD_UNREADABLE');
    expect(await good).toEqual([1n]);
  });
});

describe('erasure', () => {
  it('destroys what is kept of one subject, and every proof verifies before and after', async () => {
    proves('etr-merkle.privacy.erasure');
    const at = await bench();
    const { recorder } = at;
    const [mine, mineToo, other] = [
      await keep(at, SECRET),
      await keep(at, 1),
      await keep(at, 'theirs', POINT),
    ];
    const before = await recorder.exportBundle();
    const receipt = recorder.receipt(0n);
    const proof = parseInclusionProof(JSON.parse(JSON.stringify(recorder.proof(0n))));
    const key = { name: recorder.origin, publicKey: logKey().publicKey };
    const { root } = openCheckpoint(await recorder.checkpoint(), key);

    const tombstone = await recorder.erase(PERSON, CONTEXT);
    expect(tombstone?.index).toBe(3n);
    expect([await recorder.read(mine.hash), await recorder.read(mineToo.hash)]).toEqual([
      undefined,
      undefined,
    ]);
    expect(await recorder.read(other.hash)).toBe('theirs');

    expect(recorder.receipt(0n)).toEqual(receipt);
    expect(verifyInclusion({ ...proof, leafHash: bytesOfHash(receipt.leafHash), root })).toBe(true);
    expect(verifyTrace(before, TRUST).valid).toBe(true);
    const after = await recorder.exportBundle();
    expect(verifyTrace(after, TRUST)).toMatchObject({ valid: true, entries: 4 });
    expect([...bundlePayloads(after).values()]).toEqual(['theirs']);
    expect(after).toContain(`{"hash":"${mine.hash}","kind":"absent","reason":"erased"}`);
  });

  it('leaves nothing that could decrypt, and does not name the subject', async () => {
    proves('etr-merkle.privacy.erasure');
    const at = await bench();
    await keep(at, SECRET);
    const keys = async () => {
      const found: string[] = [];
      for await (const key of at.storage.store.list('etr/key/')) found.push(key);
      return found;
    };
    expect(await keys()).toHaveLength(1);
    await at.recorder.erase(PERSON, CONTEXT);
    expect(await keys()).toEqual([]);
    expect(await dump(at.storage, at.recorder.origin)).not.toContain(PERSON);
  });

  it('lets the subject be recorded anew, under another key', async () => {
    const at = await bench();
    const old = await keep(at, 'old');
    await at.recorder.erase(PERSON, CONTEXT);
    const fresh = await keep(at, 'fresh');
    expect([await at.recorder.read(old.hash), await at.recorder.read(fresh.hash)]).toEqual([
      undefined,
      'fresh',
    ]);
    // The same object, given again after the erasure, is stored again.
    await at.recorder.record([event('decision-made', { data: { p: old.hash } })], [old]);
    expect(await at.recorder.read(old.hash)).toBe('old');
  });

  it('of somebody of whom nothing is kept records nothing', async () => {
    const { recorder } = await bench();
    expect(await recorder.erase(PERSON, CONTEXT)).toBeUndefined();
    expect(recorder.size).toBe(0n);
  });

  it('that a crash interrupts after its record is completed when the log is opened again', async () => {
    proves('etr-merkle.privacy.erasure');
    const { storage, failAt } = controlled();
    const at = await bench({ storage });
    const { hash } = await keep(at, SECRET);
    failAt(1, 'before'); // the record is written, the key's deletion is not
    expect(await codeRejectedBy(at.recorder.erase(PERSON, CONTEXT))).toBe('STORE_POISONED');
    failAt(Number.POSITIVE_INFINITY, 'before');
    expect(await at.recorder.read(hash)).toBe(SECRET);
    const again = await openRecorder(at.options);
    expect(await again.read(hash)).toBeUndefined();
    expect(again.size).toBe(2n);
  });

  it('is not recorded in a sealed trace, and then nothing is destroyed', async () => {
    const at = await bench();
    const { hash } = await keep(at, SECRET);
    await at.recorder.seal(TRACE);
    expect(await codeRejectedBy(at.recorder.erase(PERSON, CONTEXT))).toBe('ETR_TRACE_SEALED');
    expect(await at.recorder.read(hash)).toBe(SECRET);
  });
});

it('discloses what the exporter chose, and names the rest', async () => {
  const at = await bench();
  const [shown, hidden] = [await keep(at, 'shown'), await keep(at, 'hidden')];
  const bundle = await at.recorder.exportBundle({ disclose: (hash) => hash === shown.hash });
  expect([...bundlePayloads(bundle)]).toEqual([[shown.hash, 'shown']]);
  expect(bundle).toContain(`{"hash":"${hidden.hash}","kind":"absent","reason":"withheld"}`);
  expect(bundle).not.toContain('"hidden"');
  expect(verifyTrace(bundle, TRUST).valid).toBe(true);
  expect(fromBase64url(/"salt":"([^"]+)"/.exec(bundle)?.[1] ?? '')).toEqual(shown.salted.slice(0, 32));
});
