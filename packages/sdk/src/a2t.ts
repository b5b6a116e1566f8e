import {
  type Did,
  type EvidenceSource,
  type Interaction,
  isJsonObject,
  type Json,
  type JsonObject,
  type Obligation,
  type Permit,
  type Profile,
  type TraceId,
  TtpError,
} from '@ttp/core';
import { frozenJson } from '@ttp/crypto';
import { readLabels } from '@ttp/guard';
import { type CallMap, mapCall } from '@ttp/spl';
import type { Controls } from './controls.js';
import { ownMembers } from './plain.js';

/** A tool call, as an agent makes it. */
export interface ToolCall {
  /** The tool, by name or DID. */
  readonly tool: string;
  /** Where the tool lives, as the call map knows it; `local` when left out. */
  readonly server?: string;
  /** What is done; the call map's word for it when left out. */
  readonly action?: string;
  /** What it is done to; the call map's word for it when left out. */
  readonly resource?: string;
  /** The arguments. */
  readonly input: Json;
  /** What the caller says and nobody verified: `purpose` and the like. */
  readonly claims?: JsonObject;
  /** The trace it belongs to; the instance's own when left out. */
  readonly trace?: TraceId;
  /** What its result brings to the labels of the trace, beside what call map and host say: `untrusted` and the like. */
  readonly labels?: readonly string[];
  /** Further evidence that this call needs, such as a check of the tool itself. */
  readonly evidence?: readonly EvidenceSource[];
  /** Whether a result says that the tool failed, for breakers and rates of errors. A tool that throws has failed anyway. */
  readonly failed?: (result: unknown) => boolean;
}

/**
 * A call's own members, each read once: what a polluted prototype adds is no argument, and a getter is asked once.
 *
 * @throws SDK_BAD_CALL
 */
export function readCall(given: ToolCall): ToolCall {
  if (!isObject(given)) throw new TtpError('SDK_BAD_CALL', 'a call is an object');
  const call = ownMembers(given);
  const { tool, server, action, resource, trace, evidence, failed } = call;
  const texts = { tool, server, action, resource, trace };
  for (const [name, text] of Object.entries<unknown>(texts))
    if (text === '' || (typeof text !== 'string' && (text !== undefined || name === 'tool')))
      throw new TtpError('SDK_BAD_CALL', `${name} is a text`, { field: name });
  if (evidence !== undefined && !Array.isArray(evidence))
    throw new TtpError('SDK_BAD_CALL', 'evidence is a list of sources', { field: 'evidence' });
  if (failed !== undefined && typeof failed !== 'function')
    throw new TtpError('SDK_BAD_CALL', 'failed is a function', { field: 'failed' });
  return call;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** What the call map says about a call, and the interaction it becomes. */
export interface MappedCall {
  readonly interaction: Interaction;
  /** Registry attributes of the resource, such as its classification. */
  readonly attributes: JsonObject;
  /** What its result brings to the labels of its trace, each once. */
  readonly labels: readonly string[];
}

/**
 * Turns a tool call into an interaction: action and resource come from the call map (decision D18).
 *
 * @throws SPL_BAD_RESOURCE and the like for arguments that name no resource, CRYPTO_* for what is not plain JSON,
 *   GUARD_LABELS_INVALID
 */
export function mapToolCall(
  call: ToolCall,
  context: {
    readonly agent: Did;
    readonly trace: TraceId;
    readonly callMap: CallMap;
    readonly labelled: ReadonlyMap<string, readonly string[]>;
    readonly at: number;
    readonly id: string;
  },
): MappedCall {
  const { agent, at, id } = context;
  const { tool, server = 'local', trace = context.trace } = call;
  // One reading of the arguments: what is decided over is what is recorded and what the caller is shown (flaw.J1).
  const input = frozenJson(call.input);
  const claims = asObject(frozenJson(call.claims ?? {}));
  const mapped = mapCall(context.callMap, { server, tool, input });
  const { action = mapped.action, resource = mapped.resource } = call;
  return {
    interaction: {
      id,
      mode: 'a2t',
      trace,
      agent,
      target: `${server}/${tool}`,
      action,
      resource,
      input,
      claims,
      at,
    },
    attributes: mapped.registry,
    labels: readLabels([
      ...(mapped.labels ?? []),
      ...(context.labelled.get(server) ?? []),
      ...(context.labelled.get(`${server}/${tool}`) ?? []),
      ...(call.labels ?? []),
    ]),
  };
}

/** The obligations that the mode adds to the policy's: a tool that fails is left alone, results are scanned before they leave. */
const OBLIGATIONS: readonly Obligation[] = [
  { kind: 'breaker', from: 'profile:a2t', params: {} },
  { kind: 'dlp', from: 'profile:a2t', params: {} },
];

/** And what they bring is known before they do. */
const obligationsWith = (labels: readonly string[]): readonly Obligation[] =>
  labels.length === 0
    ? OBLIGATIONS
    : [...OBLIGATIONS, { kind: 'label', from: 'profile:a2t', params: { add: [...labels] } }];

/** The agent-to-tool mode as a value. */
export const a2tProfile = <R>(
  evidence: readonly EvidenceSource[],
  labels: readonly string[],
  perform: (permit: Permit) => Promise<R>,
  limits: Controls['obligations'],
  failed?: ToolCall['failed'],
): Profile<Interaction, R> => ({
  mode: 'a2t',
  evidence,
  obligations: (interaction, e) => [...obligationsWith(labels), ...limits(interaction, e)],
  perform: (_, permit) => perform(permit),
  ...(failed === undefined ? {} : { failed }),
});

function asObject(value: Json): JsonObject {
  if (isJsonObject(value)) return value;
  throw new TtpError('SDK_BAD_CALL', 'claims are an object', { field: 'claims' });
}
