import { asDid } from '@ttp/core';
import { bytesOfHash, createSigner, IDENTITY_PURPOSES, LOG_PURPOSES } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { openCheckpoint, parseInclusionProof, verifyInclusion } from '../../src/index.js';
import { type Entry, type EntryFilter, openRecorder } from '../../src/trace/index.js';
import { logKey, POINT } from '../fixture.js';
import { bench, controlled, entriesOf, event, TRACE, traceOf } from './fixture.js';

const NOTHING = new Uint8Array(0);
const OTHER = asDid('did:ttp:agent:QmOther');

describe('record', () => {
  it('chains the entries of each agent and numbers those of each trace', async () => {
    proves('etr-merkle.log.per-agent');
    const { recorder } = await bench();
    expect(recorder.origin).toBe(`${POINT}/log/0`);
    await recorder.record([
      event('trace-opened'),
      event('trace-opened', { agent: OTHER, trace: traceOf(2) }),
    ]);
    await recorder.record([event('decision-made', { trace: traceOf(2) }), event('intent-recorded')]);
    const entries = await entriesOf(recorder);
    expect(entries.map(({ agentSeq, traceSeq }) => [agentSeq, traceSeq])).toEqual([
      [0, 0],
      [0, 0],
      [1, 1],
      [2, 1],
    ]);
    const [a, b, c, d] = entries;
    expect([a?.agentPrev, b?.agentPrev, c?.agentPrev, d?.agentPrev]).toEqual([
      null,
      null,
      a?.leafHash,
      c?.leafHash,
    ]);
    expect(entries.map(({ index }) => index)).toEqual([0n, 1n, 2n, 3n]);
  });

  it('selects by trace, agent and type', async () => {
    const { recorder } = await bench();
    await recorder.record([
      event('trace-opened'),
      event('trace-opened', { trace: traceOf(2), agent: OTHER }),
      event('decision-made'),
      event('decision-made', { trace: traceOf(2) }),
    ]);
    const indices = async (filter: EntryFilter) =>
      (await entriesOf(recorder, filter)).map(({ index }) => Number(index));
    expect(await indices({ trace: traceOf(2) })).toEqual([1, 3]);
    expect(await indices({ agent: OTHER })).toEqual([1]);
    expect(await indices({ types: ['decision-made'] })).toEqual([2, 3]);
    expect(await indices({ trace: TRACE, types: ['decision-made'] })).toEqual([2]);
    expect(await indices({ trace: traceOf(9) })).toEqual([]);
  });

  it('acknowledges with indices whose entries a checkpoint then proves', async () => {
    proves('etr-merkle.proofs.independent', 'law.E-1');
    const { recorder } = await bench();
    for (let n = 0; n < 9; n++) await recorder.record([event('decision-made')]);
    const [index] = await recorder.record([event('effect-finished')]);
    expect(index).toBe(9n);
    const receipt = recorder.receipt(9n);
    expect(receipt).toMatchObject({ trace: TRACE, log: recorder.origin, index: 9n });
    const head = openCheckpoint(await recorder.checkpoint(), {
      name: recorder.origin,
      publicKey: logKey().publicKey,
    });
    const proof = parseInclusionProof(JSON.parse(JSON.stringify(recorder.proof(9n))));
    expect(verifyInclusion({ ...proof, leafHash: bytesOfHash(receipt.leafHash), root: head.root })).toBe(
      true,
    );
    expect(recorder.proof(3n, 5n)).toMatchObject({ leafIndex: 3, treeSize: 5 });
  });

  it('refuses a bad event to its caller alone, before anything is written', async () => {
    const { storage, appends } = controlled();
    const { recorder } = await bench({ storage });
    const bad = recorder.record([event('decision-made'), event('decision-made', { at: -1 })]);
    const good = recorder.record([event('decision-made')]);
    expect(await codeRejectedBy(bad)).toBe('ETR_BAD_EVENT');
    expect(await good).toEqual([0n]);
    expect(appends).toEqual([1]);
    for (const own of ['trace-sealed', 'payload-erased'] as const)
      expect(await codeRejectedBy(recorder.record([event(own)]))).toBe('ETR_BAD_EVENT');
  });

  it('answers nothing to nothing', async () => {
    const { storage, appends } = controlled();
    const { recorder } = await bench({ storage });
    expect(await recorder.record([])).toEqual([]);
    expect(appends).toEqual([]);
  });

  it('has no receipt and no proof for what is not there', async () => {
    const { recorder } = await bench();
    await recorder.record([event('decision-made')]);
    for (const index of [-1n, 1n, 2n ** 64n]) {
      expect(codeThrownBy(() => recorder.receipt(index))).toBe('ETR_NO_ENTRY');
      expect(codeThrownBy(() => recorder.proof(index))).toBe('ETR_NO_ENTRY');
    }
    expect(codeThrownBy(() => recorder.receipt(0n, 'another log'))).toBe('ETR_NO_ENTRY');
    expect(codeThrownBy(() => recorder.proof(0n, 2n))).toBe('ETR_BAD_POSITION');
  });
});

describe('listeners', () => {
  it('hear what stands in the log, whatever becomes of the event that was given', async () => {
    const { recorder } = await bench();
    const heard: Entry[] = [];
    recorder.onEvent((entry) => heard.push(entry));
    const data = { outcome: 'allow', nested: { list: [1] } };
    const recorded = recorder.record([event('decision-made', { data }), event('finding-raised')]);
    data.outcome = 'deny';
    data.nested.list.push(2);
    await recorded;
    expect(heard[0]?.data).toEqual({ outcome: 'allow', nested: { list: [1] } });
    expect(heard).toEqual(await entriesOf(recorder));
  });

  it('see every entry as soon as it is durable, and not before', async () => {
    proves('etr-merkle.performance.realtime');
    const { storage, hold } = controlled();
    const { recorder, clock } = await bench({ storage });
    const seen: bigint[] = [];
    recorder.onEvent(({ index, type, leafHash }) => {
      expect(recorder.receipt(index).leafHash).toBe(leafHash);
      expect(type).toBe('decision-made');
      seen.push(index);
    });
    const release = hold();
    const recorded = recorder.record([event('decision-made'), event('decision-made')]);
    await clock.advance(0);
    expect(seen).toEqual([]);
    release();
    await recorded;
    expect(seen).toEqual([0n, 1n]);
  });

  it('that throw are counted and harm nobody, and a disposed one hears nothing', async () => {
    const { recorder } = await bench();
    let heard = 0;
    recorder.onEvent(() => {
      throw new Error('a listener');
    });
    const dispose = recorder.onEvent(() => void heard++);
    expect(await recorder.record([event('decision-made')])).toEqual([0n]);
    dispose();
    dispose();
    await recorder.record([event('decision-made')]);
    expect([heard, recorder.faults.listeners]).toEqual([1, 2]);
  });
});

describe('opening', () => {
  it('takes a dedicated log key only', async () => {
    proves('etr-merkle.sth.dedicated-key', 'flaw.E4');
    const { options } = await bench();
    const seed = new Uint8Array(32).fill(3);
    for (const purposes of [
      IDENTITY_PURPOSES,
      [],
      LOG_PURPOSES.slice(1),
      [...LOG_PURPOSES, 'ttp/policy@1'],
    ]) {
      const signer = createSigner({ seed, kid: `${POINT}#key-1`, purposes });
      expect(await codeRejectedBy(openRecorder({ ...options, signer }))).toBe('ETR_NOT_A_LOG_KEY');
    }
  });

  it('takes the enforcement point as origin, and appends the number of the log itself', async () => {
    const { options } = await bench();
    for (const origin of ['', 'two words', 'a+b', `${POINT}/log/0`])
      expect(await codeRejectedBy(openRecorder({ ...options, origin }))).toBe('ETR_BAD_ORIGIN');
  });

  it('goes on where the log ended', async () => {
    const { recorder, reopen } = await bench();
    await recorder.record([event('trace-opened'), event('decision-made')]);
    await recorder.close();
    const again = await reopen();
    expect([again.size, again.origin]).toEqual([2n, recorder.origin]);
    await again.record([event('decision-made')]);
    const last = (await entriesOf(again)).at(-1);
    expect(last).toMatchObject({ agentSeq: 2, traceSeq: 2, agentPrev: recorder.receipt(1n).leafHash });
  });

  it('refuses a log that was shortened, altered or reordered since its last tree head', async () => {
    proves('flaw.E3', 'law.E-1');
    await withSeed('tampered logs', 12, async (random, run) => {
      const { recorder, storage, options } = await bench();
      for (let n = 0; n < 6; n++) await recorder.record([event('decision-made', { data: { n } })]);
      await recorder.close();
      const entries: Uint8Array[] = [];
      for await (const entry of storage.log(recorder.origin).read(0n, 6n)) entries.push(entry);
      const [i, j] = [random.int(5), 5];
      const text = new TextDecoder().decode(entries[i]).replace(/"n":\d/, '"n":9');
      const tampered = [
        entries.slice(0, -1),
        entries.with(i, new TextEncoder().encode(text)),
        entries.with(i, entries[j] ?? NOTHING).with(j, entries[i] ?? NOTHING),
        entries.toSpliced(i, 1),
      ][run % 4];
      const copy = controlled().storage;
      for await (const key of storage.store.list(''))
        await copy.store.put(key, (await storage.store.get(key))?.value ?? NOTHING);
      await copy.log(recorder.origin).append(tampered ?? []);
      const opening = () => openRecorder({ ...options, storage: copy });
      // By its state the log is known without being read: then what is wrong in it shows when it is.
      const shown = opening().then((opened) => opened.exportBundle());
      expect(await codeRejectedBy(shown)).toBe('ETR_LOG_INCONSISTENT');
      for await (const key of copy.store.list('etr/state/')) await copy.store.delete(key);
      expect(await codeRejectedBy(opening())).toBe('ETR_LOG_INCONSISTENT');
    });
  });

  it('refuses a log whose entries do not chain, though no head was signed for it yet', async () => {
    proves('flaw.E3');
    const { recorder, storage, options } = await bench();
    for (let n = 0; n < 3; n++) await recorder.record([event('decision-made', { data: { n } })]);
    const entries: Uint8Array[] = [];
    for await (const entry of storage.log(recorder.origin).read(0n, 3n)) entries.push(entry);
    const text = new TextDecoder().decode(entries[1]).replace('"n":1', '"n":7');
    const altered = controlled().storage;
    await altered.log(recorder.origin).append(entries.with(1, new TextEncoder().encode(text)));
    expect(await codeRejectedBy(openRecorder({ ...options, storage: altered }))).toBe('ETR_LOG_INCONSISTENT');
  });

  it('refuses a log that is shorter than it says', async () => {
    const { recorder, storage, options } = await bench();
    await recorder.record([event('decision-made')]);
    const log = (name: string) => ({ ...storage.log(name), size: async () => 2n });
    const opened = openRecorder({ ...options, storage: { ...storage, log } });
    expect(await codeRejectedBy(opened)).toBe('ETR_LOG_INCONSISTENT');
  });
});

describe('closing', () => {
  it('signs what is there, stops every timer, and refuses from then on', async () => {
    const { recorder, clock, storage } = await bench();
    await recorder.record([event('decision-made')]);
    await recorder.queue(event('decision-made'));
    await recorder.close();
    await recorder.close();
    expect(clock.pending).toBe(0);
    expect(await storage.log(recorder.origin).size()).toBe(2n);
    const refused = [
      recorder.record([event('decision-made')]),
      recorder.queue(event('decision-made')),
      recorder.checkpoint(),
      recorder.seal(TRACE),
      recorder.erase(POINT, { agent: POINT, trace: TRACE }),
      recorder.exportBundle(),
      recorder.flush(),
    ];
    for (const use of refused) expect(await codeRejectedBy(use)).toBe('ETR_CLOSED');
    expect(recorder.proof(0n).treeSize).toBe(2);
  });
});
