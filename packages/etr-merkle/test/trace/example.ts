import { asDid, type Did } from '@ttp/core';
import type { TraceReport } from '../../src/trace/index.js';
import { POINT } from '../fixture.js';
import { bench, event, TRACE, traceOf } from './fixture.js';

export const GUEST: Did = asDid('did:ttp:agent:QmGuest');

/** A log of two traces of two agents, the first sealed, with one payload disclosed and one held back, as bundles. */
export async function exampleBundles(): Promise<Record<'log' | 'trace' | 'selection', string>> {
  const { recorder } = await bench();
  const [shown, hidden] = [recorder.payload(POINT, { ask: 1 }), recorder.payload(GUEST, 'kept back')];
  const data = { interaction: shown.hash, evidence: [hidden.hash] };
  await recorder.record([event('decision-made', { data }), event('intent-recorded')], [shown, hidden]);
  await recorder.record([event('decision-made', { trace: traceOf(2), agent: GUEST })]);
  await recorder.record([event('effect-finished'), event('decision-made', { trace: traceOf(2) })]);
  await recorder.seal(TRACE);
  const disclose = (hash: string) => hash === shown.hash;
  return {
    log: await recorder.exportBundle({ disclose }),
    trace: await recorder.exportBundle({ trace: TRACE, disclose }),
    selection: await recorder.exportBundle({ agent: GUEST }),
  };
}

/** Line and code of every finding. */
export const failed = ({ findings }: TraceReport): [number, string][] =>
  findings.map(({ line, code }) => [line, code]);
