import {
  asDid,
  asTime,
  asTraceId,
  type Did,
  type Envelope,
  type Hash,
  type Json,
  type JsonObject,
  type Operator,
  type Operators,
  type Signer,
  type TraceId,
  TtpError,
} from '@ttp/core';
import { issuerOf, signEnvelope, verifyOperatorEnvelope } from '@ttp/crypto';
import { readLabels } from './label.js';

const TYPE = 'ttp/label-clear@1';

/** What an operator signs to take labels off a trace. */
export interface LabelClear {
  readonly agent: Did;
  readonly trace: TraceId;
  /** The state of the labels that the operator saw: one more was added since, and the order does not hold. */
  readonly serial: number;
  /** What is taken away. */
  readonly labels: readonly string[];
  /** Wall clock, ms: not obeyed from then on. */
  readonly notAfter: number;
}

/** An order that verified, and who gave it. */
export interface VerifiedLabelClear extends LabelClear {
  /** Id of the envelope. */
  readonly id: Hash;
  readonly operator: Operator;
}

/**
 * Signs an order that clears labels, with the key of an operator who may override.
 *
 * @param now wall clock, ms
 * @throws GUARD_ORDER_INVALID, GUARD_LABELS_INVALID, CORE_*, and what the signer throws
 */
export async function signLabelClear(
  order: LabelClear,
  signer: Signer,
  now: number,
): Promise<Envelope<typeof TYPE>> {
  const body = { ...parseLabelClear({ ...order }) };
  return signEnvelope({
    type: TYPE,
    head: { iss: issuerOf(signer), iat: asTime(now) },
    body,
    signers: [signer],
  });
}

/**
 * The order in an envelope, after `verifyOperatorEnvelope` found who gave it, that he may, and that it still holds.
 *
 * @param now wall clock, ms
 * @throws GUARD_OPERATORS_ABSENT, GUARD_ORDER_INVALID, GUARD_ORDER_EXPIRED, GUARD_LABELS_INVALID, CORE_*, and the codes
 *   of `verifyOperatorEnvelope`
 */
export async function verifyLabelClear(
  input: Envelope | string,
  options: { readonly agent: Did; readonly operators: Operators | undefined; readonly now: number },
): Promise<VerifiedLabelClear> {
  const { agent, operators, now } = options;
  if (operators === undefined)
    throw new TtpError('GUARD_OPERATORS_ABSENT', 'labels are cleared by operators of a roster');
  const { id, head, body, operator } = await verifyOperatorEnvelope(input, {
    type: TYPE,
    parse: parseLabelClear,
    operators,
    now,
    privileges: ['intervene:override'],
  });
  // An agent that clears its own labels would have none.
  if (body.agent !== agent || head.iss === agent) throw invalid('agent');
  if (!(now < body.notAfter))
    throw new TtpError('GUARD_ORDER_EXPIRED', `to be obeyed until ${body.notAfter}`, {
      field: 'body.notAfter',
    });
  return { ...body, id, operator };
}

function parseLabelClear({ agent, trace, serial, labels, notAfter, ...rest }: JsonObject): LabelClear {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw invalid(unknown);
  if (typeof agent !== 'string') throw invalid('agent');
  if (typeof trace !== 'string') throw invalid('trace');
  if (!isCount(serial)) throw invalid('serial');
  if (!isCount(notAfter)) throw invalid('notAfter');
  const named = readLabels(labels);
  if (named.length === 0) throw invalid('labels');
  return { agent: asDid(agent), trace: asTraceId(trace), serial, labels: named, notAfter };
}

const isCount = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const invalid = (member: string): TtpError =>
  new TtpError('GUARD_ORDER_INVALID', `the body of the order has a wrong ${member}`, {
    field: `body.${member}`,
  });
