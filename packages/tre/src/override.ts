import {
  asEpoch,
  asTime,
  type Decision,
  type Envelope,
  type Epoch,
  type Hash,
  type Interaction,
  isHash,
  isJsonObject,
  isTraceId,
  type Json,
  type JsonObject,
  type Operators,
  type Signer,
  type TraceId,
  TtpError,
} from '@ttp/core';
import { issuerOf, signEnvelope, verifyOperatorEnvelope } from '@ttp/crypto';
import type { OverrideFact } from './facts.js';
import { decisionHash, hashInteraction } from './hashes.js';
import { OVERRIDE_LIFE_MAX_MS, OVERRIDE_MAX_BYTES, OVERRIDE_REASON_MAX_CHARS } from './limits.js';
import { softGrounds } from './overrule.js';

/** The body of a `ttp/override@1` envelope: what an operator lets through, once. */
export interface Override {
  /** Hash of the soft denial that is overruled. */
  readonly decision: Hash;
  /** What tells the denied call from the same one made again; all else of it is in the hash. */
  readonly call: { readonly id: string; readonly trace: TraceId; readonly at: number };
  /** The kill epoch of the denial: an override outlives no kill. */
  readonly epoch: Epoch;
  /** Wall clock, ms: not in force any more from then on. */
  readonly notAfter: number;
  readonly reason: string;
}

const TYPE = 'ttp/override@1';

/**
 * Whether an operator may overrule a decision (decision D22): a soft denial by risk, too little confidence or score
 * alone. A hard denial, and whatever the policy denies, nobody overrules.
 */
export const isOverridable = ({ outcome, effect, humanOverridable }: Decision): boolean =>
  outcome === 'deny-soft' && effect !== 'deny' && humanOverridable;

/**
 * Signs an override with the key of an operator who may override: for one soft denial, and one more try of its call.
 *
 * @param input `denied`: the recorded decision, and `interaction`: the call it denied; `notAfter`: wall clock, ms
 * @param signer the operator's key
 * @param now wall clock, ms
 * @throws TRE_NOT_OVERRIDABLE, TRE_OVERRIDE_MISMATCH where the decision is not about the call, TRE_OVERRIDE_INVALID,
 *   and what the signer throws
 */
export async function signOverride(
  input: {
    readonly denied: Decision;
    readonly interaction: Interaction;
    readonly notAfter: number;
    readonly reason: string;
  },
  signer: Signer,
  now: number,
): Promise<Envelope<typeof TYPE>> {
  const { denied, interaction, notAfter, reason } = input;
  if (!isOverridable(denied)) throw new TtpError('TRE_NOT_OVERRIDABLE', `it is ${denied.outcome}`);
  if (hashInteraction(interaction) !== denied.inputs.interaction) throw mismatch('interaction');
  const { id, trace, at } = interaction;
  const body = {
    decision: decisionHash(denied),
    call: { id, trace, at },
    epoch: denied.epoch,
    notAfter,
    reason,
  };
  requireLife(parseOverride(body).notAfter, asTime(now));
  return signEnvelope({ type: TYPE, head: { iss: issuerOf(signer), iat: now }, body, signers: [signer] });
}

/** What an override is held against. */
export interface OverrideContext {
  /** The decision it overrules, as it was recorded. */
  readonly denied: Decision;
  /** The call that is made now. */
  readonly interaction: Interaction;
  readonly operators: Operators | undefined;
  /** The humans who own the agent, as the roster names them: they overrule nothing of it. */
  readonly owners?: readonly string[];
  /** Wall clock, ms. */
  readonly now: number;
}

/**
 * The override in an envelope, as the fact `override` of the evidence, after `verifyOperatorEnvelope` found which
 * operator gave it and that he may, and everything in it was held against the denial and the call: the hash of the
 * decision, that it is a soft one, and that the call is the denied one in every member but its id, trace and time.
 * Whether epoch, policy and grounds are still those that the operator saw, {@link decide} looks at.
 *
 * That it is used once is for whoever fulfils the obligation `override` that follows from it.
 *
 * @param input the envelope or its text, as hostile as anything from outside
 * @throws TRE_OPERATORS_ABSENT, TRE_OVERRIDE_INVALID, TRE_OVERRIDE_MISMATCH with the field, TRE_NOT_OVERRIDABLE,
 *   TRE_OVERRIDE_EXPIRED, TRE_OVERRIDE_CONFLICT, and the codes of `verifyOperatorEnvelope`
 */
export async function openOverride(
  input: Envelope | string,
  { denied, interaction, operators, owners = [], now }: OverrideContext,
): Promise<OverrideFact> {
  if (operators === undefined)
    throw new TtpError('TRE_OPERATORS_ABSENT', 'overrides need a roster of operators');
  const { id, head, body, operator } = await verifyOperatorEnvelope(input, {
    type: TYPE,
    parse: parseOverride,
    operators,
    now,
    privileges: ['intervene:override'],
    maxBytes: OVERRIDE_MAX_BYTES,
  });
  requireLife(body.notAfter, head.iat);
  if (decisionHash(denied) !== body.decision) throw mismatch('decision');
  if (!isOverridable(denied)) throw new TtpError('TRE_NOT_OVERRIDABLE', `it is ${denied.outcome}`);
  if (denied.epoch !== body.epoch) throw mismatch('epoch');
  if (hashInteraction({ ...interaction, ...body.call }) !== denied.inputs.interaction)
    throw mismatch('interaction');
  if (head.iss === interaction.agent || owners.includes(operator.human))
    throw new TtpError('TRE_OVERRIDE_CONFLICT', `${operator.id} overrules what is its own`);
  if (!(now < body.notAfter))
    throw new TtpError('TRE_OVERRIDE_EXPIRED', `until ${body.notAfter}`, { field: 'body.notAfter' });
  const { inputs, reasons, risk } = denied;
  return {
    envelope: id,
    decision: body.decision,
    operator: operator.id,
    epoch: body.epoch,
    policy: inputs.policy,
    notAfter: body.notAfter,
    grounds: softGrounds(
      reasons.map(({ code }) => code),
      risk.level,
    ),
  };
}

function requireLife(notAfter: number, from: number): void {
  if (notAfter <= from || notAfter - from > OVERRIDE_LIFE_MAX_MS) throw invalid('notAfter');
}

function parseOverride(body: JsonObject): Override {
  const { decision, call, epoch, notAfter, reason, ...rest } = body;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw invalid(unknown);
  if (!isJsonObject(call)) throw invalid('call');
  const { id, trace, at, ...more } = call;
  const isCall = typeof id === 'string' && typeof trace === 'string' && isTraceId(trace) && isCount(at);
  if (!isCall || Object.keys(more).length > 0) throw invalid('call');
  if (typeof decision !== 'string' || !isHash(decision)) throw invalid('decision');
  if (!isCount(epoch)) throw invalid('epoch');
  if (!isCount(notAfter)) throw invalid('notAfter');
  if (typeof reason !== 'string' || reason.trim() === '' || reason.length > OVERRIDE_REASON_MAX_CHARS)
    throw invalid('reason');
  return { decision, call: { id, trace, at }, epoch: asEpoch(epoch), notAfter, reason };
}

const isCount = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const invalid = (member: string): TtpError =>
  new TtpError('TRE_OVERRIDE_INVALID', `the body of the override has a wrong ${member}`, {
    field: `body.${member}`,
  });

const mismatch = (field: string): TtpError =>
  new TtpError('TRE_OVERRIDE_MISMATCH', `the ${field} is not the one that was overruled`, { field });
