import { type TraceId, TtpError } from '@ttp/core';
import type { Chains, TraceSummary } from './chains.js';
import { type PreparedLeaf, prepareLeaf } from './leaf.js';
import { COMPONENT } from './recovery.js';

/**
 * The leaf that seals a trace, and what it says. It belongs to the chain of the agent that opened the trace.
 *
 * @param at wall clock, ms
 * @throws ETR_TRACE_UNKNOWN, ETR_TRACE_OPEN_INTENT: the outcome would come after the seal
 */
export function prepareSeal(
  chains: Chains,
  trace: TraceId,
  at: number,
): { leaf: PreparedLeaf; summary: TraceSummary } {
  const summary = chains.summary(trace);
  const agent = chains.openedBy(trace);
  if (summary === undefined || agent === undefined)
    throw new TtpError('ETR_TRACE_UNKNOWN', `no entry of trace ${trace} in this log`);
  if (chains.openIntents(trace).length > 0)
    throw new TtpError('ETR_TRACE_OPEN_INTENT', `an outcome of trace ${trace} is missing`);
  const { root, count, firstAt, lastAt, types } = summary;
  const data = { root, count, firstAt, lastAt, types };
  const event = {
    type: 'trace-sealed',
    component: COMPONENT,
    at,
    trace,
    agent,
    subject: trace,
    data,
  } as const;
  return { leaf: prepareLeaf(event), summary };
}
