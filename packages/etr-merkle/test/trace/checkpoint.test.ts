import { TtpError } from '@ttp/core';
import { bytesOfHash } from '@ttp/crypto';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { openCheckpoint, verifyConsistency } from '../../src/index.js';
import { readHead } from '../../src/trace/head-store.js';
import { openRecorder } from '../../src/trace/index.js';
import { createTree } from '../../src/tree.js';
import { logKey } from '../fixture.js';
import { type Bench, bench, controlled, event, NOW } from './fixture.js';

const signer = logKey();
const stored = async ({ recorder, storage }: Bench) =>
  (await readHead(storage.store, recorder.origin, signer)).held?.open;

describe('checkpoints', () => {
  it('follow every entry within a minute, without anybody asking', async () => {
    proves('etr-merkle.trace.periodic-checkpoint', 'flaw.E3');
    const at = await bench();
    await at.recorder.record([event('decision-made')]);
    await at.clock.advance(30_000);
    await at.recorder.record([event('decision-made')]);
    expect(await stored(at)).toBeUndefined();
    await at.clock.advance(30_000);
    expect(await stored(at)).toMatchObject({ size: 2n, at: NOW + 60_000 });
    // Nothing new: nothing to sign, and no timer that runs.
    expect(at.clock.pending).toBe(0);
    await at.recorder.record([event('decision-made')]);
    await at.clock.advance(60_000);
    expect(await stored(at)).toMatchObject({ size: 3n });
  });

  it('come earlier when many entries wait for one', async () => {
    proves('etr-merkle.trace.periodic-checkpoint');
    const at = await bench({ checkpointEntries: 3 });
    await at.recorder.record([event('decision-made'), event('decision-made')]);
    await at.clock.advance(0);
    expect(await stored(at)).toBeUndefined();
    await at.recorder.record([event('decision-made')]);
    await at.clock.advance(0);
    expect(await stored(at)).toMatchObject({ size: 3n, at: NOW });
  });

  it('are each consistent with the one before, and cover every acknowledged entry', async () => {
    proves('law.E-1', 'etr-merkle.sth.signed');
    const at = await bench();
    const key = { name: at.recorder.origin, publicKey: signer.publicKey };
    const heads = [];
    for (let n = 1; n <= 12; n++) {
      await at.recorder.record(Array.from({ length: n }, () => event('decision-made')));
      heads.push(openCheckpoint(await at.recorder.checkpoint(), key));
      expect(heads.at(-1)?.size).toBe(at.recorder.size);
    }
    const tree = createTree();
    for await (const { leafHash } of at.recorder.events()) tree.append(bytesOfHash(leafHash));
    for (const [i, { size: size1, root: root1 }] of heads.entries())
      for (const { size: size2, root: root2 } of heads.slice(i)) {
        const proof = tree.consistencyProof(size1, size2);
        expect(verifyConsistency({ size1, size2, root1, root2, proof })).toBe(true);
      }
  });

  it('are the same one as long as nothing was added, and chain to the one before', async () => {
    const at = await bench();
    await at.recorder.record([event('decision-made')]);
    const first = await at.recorder.checkpoint();
    await at.clock.advance(5000);
    expect(await at.recorder.checkpoint()).toBe(first);
    const before = await stored(at);
    await at.recorder.record([event('decision-made')]);
    await Promise.all([at.recorder.checkpoint(), at.recorder.checkpoint()]);
    expect(await stored(at)).toMatchObject({ size: 2n, prev: before?.id, at: NOW + 5000 });
  });

  it('do not go back in time, also over a restart', async () => {
    proves('etr-merkle.sth.signed', 'flaw.E4');
    const at = await bench();
    await at.recorder.record([event('decision-made')]);
    await at.recorder.checkpoint();
    at.clock.setWall(NOW - 30_000);
    const again = await at.reopen();
    await again.record([event('decision-made')]);
    await again.checkpoint();
    expect(await stored(at)).toMatchObject({ size: 2n, at: NOW });
    at.clock.setWall(NOW - 60_001);
    await again.record([event('decision-made')]);
    expect(await codeRejectedBy(again.checkpoint())).toBe('CORE_CLOCK_REGRESSED');
  });

  it('that cannot be signed in time are counted and tried again, while recording goes on', async () => {
    let broken = true;
    const flaky = {
      ...signer,
      sign: async (purpose: string, payload: Uint8Array) => {
        if (broken) throw new TtpError('CRYPTO_SIGNATURE_FAILED', 'the key service is away');
        return signer.sign(purpose, payload);
      },
    };
    const at = await bench({ signer: flaky, checkpointEntries: 1 });
    await at.recorder.record([event('decision-made')]);
    await at.clock.advance(59_999);
    expect(at.recorder.faults.checkpoints).toBe(1);
    expect(await at.recorder.record([event('decision-made')])).toEqual([1n]);
    broken = false;
    await at.clock.advance(1);
    expect([(await stored(at))?.size, at.recorder.faults.checkpoints]).toEqual([2n, 1]);
  });

  it('are kept before they are shown', async () => {
    const { storage, failAt } = controlled();
    const at = await bench({ storage });
    await at.recorder.record([event('decision-made')]);
    failAt(0, 'before');
    expect(await codeRejectedBy(at.recorder.checkpoint())).toBe('STORE_POISONED');
  });

  it('that were altered in the store keep the log from being opened', async () => {
    const at = await bench();
    await at.recorder.record([event('decision-made')]);
    await at.recorder.close();
    for await (const key of at.storage.store.list('etr/head/')) {
      const { value } = (await at.storage.store.get(key)) ?? { value: new Uint8Array(0) };
      const text = new TextDecoder().decode(value);
      for (const wrong of [
        '{}',
        '[',
        text.replace('checkpoint', 'checkpaint'),
        text.replace('size', 'sise'),
      ]) {
        await at.storage.store.put(key, new TextEncoder().encode(wrong));
        expect(await codeRejectedBy(openRecorder(at.options))).toBe('ETR_LOG_INCONSISTENT');
      }
    }
  });
});
