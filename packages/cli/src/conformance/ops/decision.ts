import { type Evidence, type Interaction, isJsonObject, isTtpError, type JsonObject } from '@ttp/core';
import { scanText } from '@ttp/guard/dlp';
import { evaluate, lintPolicy, loadPolicy, matchResource, POLICY_CEILING_BYTES } from '@ttp/spl';
import { decide, parseThresholds } from '@ttp/tre';
import { decisionJson } from '../../decision-json.js';
import { parsePolicyRequest } from '../../policy-request.js';
import { type Arguments, badArgument, json, object, text } from '../arguments.js';
import type { Operation } from '../protocol.js';

/** Policies, decisions, and what looks for data that may not leave. */
export const DECISION_OPERATIONS: Readonly<Record<string, Operation>> = {
  'spl.load'(args) {
    const policy = loadPolicy(text(args, 'text'));
    const lint = lintPolicy(policy).map(
      ({ code, rule }): JsonObject => ({ code, ...(rule === undefined ? {} : { rule }) }),
    );
    return { hash: policy.hash, lint };
  },
  'spl.match': (args) => ({ matches: matchResource(text(args, 'pattern'), text(args, 'resource')) }),
  'spl.evaluate'(args) {
    const request = requestOf(args);
    const { effect, rules, obligations, reasons } = evaluate(loadPolicy(text(args, 'text')), request);
    return {
      effect,
      rules,
      obligations: obligations.map((obligation) => ({ ...obligation })),
      reasons: reasons.map((reason) => ({ ...reason })),
    };
  },
  'tre.decide'(args) {
    const interaction: JsonObject = { ...NO_ARGUMENTS, ...object(args, 'interaction') };
    const evidence: JsonObject = { ...NO_KILL, ...object(args, 'evidence') };
    if (!mayBeInteraction(interaction)) return badArgument('interaction');
    if (!mayBeEvidence(evidence)) return badArgument('evidence');
    const policy = loadPolicy(text(args, 'policy'), { maxBytes: POLICY_CEILING_BYTES });
    const thresholds = parseThresholds(json(args, 'thresholds') ?? {});
    return decisionJson(decide({ interaction, evidence, policy, thresholds }));
  },
  'dlp.scan': (args) => ({
    findings: scanText(text(args, 'text')).map(({ rule, start, end }) => ({ rule, start, end })),
  }),
};

function requestOf(args: Arguments): ReturnType<typeof parsePolicyRequest> {
  const request = json(args, 'request');
  const now = args.get('now') === undefined && isJsonObject(request) ? request['now'] : args.get('now');
  if (typeof now !== 'number') return badArgument('now');
  try {
    return parsePolicyRequest(request, now);
  } catch (error) {
    if (isTtpError(error, 'CLI_REQUEST')) return badArgument('request', error);
    throw error;
  }
}

// What follows holds only as far as the types are taken for granted: every value is judged where it is used.

/** What a call that says nothing of them was given and claimed. */
const NO_ARGUMENTS: JsonObject = { input: {}, claims: {} };
/** Evidence of an agent that was never killed, of which nothing failed. */
const NO_KILL: JsonObject = { epoch: 0, facts: {}, absent: {} };

const WORDS = ['id', 'mode', 'trace', 'agent', 'target', 'action', 'resource'];

const mayBeInteraction = (value: JsonObject): value is JsonObject & Interaction =>
  WORDS.every((word) => typeof value[word] === 'string') &&
  isJsonObject(value['claims']) &&
  typeof value['at'] === 'number';

function mayBeEvidence(value: JsonObject): value is JsonObject & Evidence {
  const { now, epoch, facts, absent } = value;
  return typeof now === 'number' && typeof epoch === 'number' && isJsonObject(facts) && isJsonObject(absent);
}
