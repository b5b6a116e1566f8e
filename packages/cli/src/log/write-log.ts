import { asTraceId, type Did } from '@ttp/core';
import { hex } from '@ttp/crypto';
import { type LifeContext, openRecorder, type TraceRecorder } from '@ttp/etr-merkle/trace';
import { logRangeOf } from '@ttp/sdk';
import type { Io } from '../io.js';
import { withStore } from '../store.js';
import { ownerWithSigner } from './open-logs.js';

/** Which log is written to, and by whose identity. */
export interface WriteOptions {
  readonly store: string;
  readonly identity: string;
}

/**
 * Opens a log as its enforcement point opens it, which completes what a crash has interrupted, and closes it with a
 * tree head over everything.
 *
 * @param work is given where to record what it does: the agent, in a trace of its own
 * @throws what opening throws, and `work`
 */
export async function withRecorder<T>(
  { store, identity }: WriteOptions,
  io: Io,
  work: (recorder: TraceRecorder, context: LifeContext & { readonly did: Did }) => Promise<T>,
): Promise<T> {
  const { did, signer } = await ownerWithSigner(identity, io);
  const { clock, timer, random } = io;
  return withStore(store, async (storage) => {
    const { from: firstLog } = await logRangeOf(storage.store, did, signer.publicKey);
    const recorder = await openRecorder({ storage, clock, timer, random, signer, origin: did, firstLog });
    try {
      return await work(recorder, { did, agent: did, trace: asTraceId(hex(random.bytes(16))) });
    } finally {
      await recorder.close();
    }
  });
}
