import {
  asEpoch,
  type Evidence,
  type Interaction,
  isJsonObject,
  type Json,
  type JsonObject,
  TtpError,
} from '@ttp/core';
import { isTrustReport, NO_BEHAVIOR, type TrustFacts, trustReport } from '@ttp/score';
import { parseEvidence, parseInteraction } from '@ttp/tre';
import { FACTS_VALID_MS } from './limits.js';

/** What a request leaves out: nobody in particular asks. */
const NOBODY: JsonObject = {
  id: 'request',
  mode: 'a2t',
  trace: '00000000000000000000000000000001',
  agent: 'did:ttp:agent:request',
  target: '',
  input: {},
  claims: {},
};

/**
 * The call that is asked about: an interaction as it is recorded, of which everything but `action` and `resource` may
 * be left out.
 *
 * @param now wall clock, ms, unless the request says when
 * @throws CLI_REQUEST, TRE_REPLAY_BAD_INPUT with the field
 */
export function parseDecisionRequest(json: Json, now: number): Interaction {
  if (!isJsonObject(json)) throw malformed('request', 'the request is an object');
  return parseInteraction({ ...NOBODY, at: now, ...json });
}

/**
 * What is known: evidence as it is recorded, `{ now, epoch, facts, absent }`, or values alone by the names of their
 * sources, which then are of this moment. `trust` may be the facts of a trust score instead of its report.
 *
 * @param now wall clock, ms, where the evidence says none
 * @throws CLI_REQUEST, TRE_REPLAY_BAD_INPUT with the field, SCORE_*
 */
export function parseDecisionFacts(json: Json, now: number): Evidence {
  if (!isJsonObject(json)) throw malformed('facts', 'the facts are an object');
  if (Object.hasOwn(json, 'now') || Object.hasOwn(json, 'facts')) return parseEvidence(json);
  const facts = Object.entries(json).map(([name, value]) => {
    const known = name === 'trust' ? reportOf(value) : value;
    return [name, { value: known, at: now, validFor: FACTS_VALID_MS }] as const;
  });
  return { now, epoch: asEpoch(0), facts: Object.fromEntries(facts), absent: {} };
}

const NOTHING_KNOWN: TrustFacts = {
  identityVerified: true,
  killed: false,
  revoked: false,
  attestations: [],
  behavior: NO_BEHAVIOR,
  securityEvents: [],
};

/** A report as it is, and the report of facts; what is neither stays as it is, and counts for nothing. */
function reportOf(value: Json): Json {
  if (isTrustReport(value) || !isJsonObject(value) || Object.hasOwn(value, 'totalBp')) return value;
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(NOTHING_KNOWN, name));
  if (unknown !== undefined)
    throw malformed(`facts.trust.${unknown}`, 'there is no such fact of a trust score');
  return { ...trustReport({ ...NOTHING_KNOWN, ...value }) };
}

const malformed = (field: string, why: string): TtpError =>
  new TtpError('CLI_REQUEST', `${field}: ${why}`, { field });
