import { asDid, type Did, type Hash, type Json, type TraceId } from '@ttp/core';
import type { LifeContext, StorageMode } from '../../src/trace/index.js';
import { POINT } from '../fixture.js';
import { type Bench, bench, event, traceOf } from './fixture.js';

export const PERSON: Did = asDid('did:ttp:agent:QmPerson');
export const OTHER: Did = asDid('did:ttp:agent:QmOther');

/** Where the tests record what they do to traces. */
export const DESK: LifeContext = { agent: POINT, trace: traceOf(99) };

/** A recorder and a trace in a mode, with a payload of each of two people. */
export interface LifeBench extends Bench {
  readonly trace: TraceId;
  readonly mine: Hash;
  readonly others: Hash;
}

/** Records an event of the trace that commits to a value of somebody. */
export async function keep(
  { recorder }: Pick<Bench, 'recorder'>,
  trace: TraceId,
  value: Json,
  subject: Did = PERSON,
): Promise<Hash> {
  const payload = recorder.payload(subject, value);
  await recorder.record([event('decision-made', { trace, data: { interaction: payload.hash } })], [payload]);
  return payload.hash;
}

export async function lifeBench(mode: StorageMode, seal = true): Promise<LifeBench> {
  const at = await bench();
  const { recorder } = at;
  const trace = traceOf(1);
  if (mode !== 'append-only') await recorder.life.setMode(trace, mode, { agent: POINT, trace });
  const mine = await keep(at, trace, 'mine');
  const others = await keep(at, trace, 'others', OTHER);
  if (seal) await recorder.seal(trace);
  return { ...at, trace, mine, others };
}
