import { codeOf, type ErrorCode } from '@ttp/core';
import type { Ttp } from '@ttp/sdk';
import { FAULTS_RECORDED_MAX } from '../limits.js';

/** Who speaks in the entries that the gateway makes. */
export const COMPONENT = 'gateway';

/** Records what was refused without a decision, or went wrong between requests. Never throws. */
export type FaultRecord = (subject: string, fault: unknown, otherwise: ErrorCode) => void;

/**
 * What the flow never saw is on the record too: a refused list, a message that cannot be read, an answer that nobody
 * asked for. By code alone, since what was found must not get into the log; and not without end, since whoever sends
 * rubbish would fill the log with it.
 *
 * @param onFault told of records that could not be made
 */
export function faultRecord(
  ttp: Pick<Ttp, 'note'>,
  server: string,
  onFault: (fault: unknown) => void,
): FaultRecord {
  let recorded = 0;
  return (subject, fault, otherwise) => {
    recorded++;
    if (recorded > FAULTS_RECORDED_MAX) return;
    const isLast = recorded === FAULTS_RECORDED_MAX;
    const data = { code: codeOf(fault, otherwise), ...(isLast ? { further: 'not recorded' } : {}) };
    ttp.note('finding-raised', `${server}/${subject}`, data, COMPONENT).catch(onFault);
  };
}
