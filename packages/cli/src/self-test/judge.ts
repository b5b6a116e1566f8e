import {
  asDid,
  asEpoch,
  asTraceId,
  CAPABILITIES,
  type DecisionOutcome,
  type Evidence,
  type Fact,
  type Interaction,
  isTtpError,
  type Json,
  type JsonObject,
} from '@ttp/core';
import { NO_BEHAVIOR, type TrustFacts, type TrustReport, trustReport } from '@ttp/score';
import { type CallMap, type MappedCall, mapCall, type Policy } from '@ttp/spl';
import { DEFAULT_THRESHOLDS, decide } from '@ttp/tre';
import type { ForbiddenCall } from './forbidden-file.js';

/** A permission that must not exist: who gets it, when (wall clock, ms), and how far it goes. */
export interface Verdict {
  readonly to: Caller['name'];
  readonly at: number;
  readonly outcome: DecisionOutcome;
}

/** Somebody who asks. */
interface Caller {
  readonly name: 'a stranger' | 'a newcomer' | 'the most trusted agent';
  readonly verified: boolean;
  readonly report: TrustReport;
  readonly capabilities: readonly string[];
  readonly vouched: boolean;
}

const AGENT = asDid('did:ttp:agent:self-test');
const TRACE = asTraceId('5e1f7e57'.repeat(4));
const HOUR_MS = 3_600_000;
const HOURS_OF_WEEK = 168;

const NOBODY: TrustFacts = {
  identityVerified: false,
  killed: false,
  revoked: false,
  attestations: [],
  behavior: NO_BEHAVIOR,
  securityEvents: [],
};

/** As good as it gets: many independent issuers agree, and nothing ever went wrong. A known-forbidden call is denied all the same. */
function bestFacts(): TrustFacts {
  const all = { good: 100_000, total: 100_000 };
  return {
    ...NOBODY,
    identityVerified: true,
    attestations: Array.from({ length: 100 }, (_, i) => ({
      issuer: asDid(`did:ttp:publisher:self-test-${i}`),
      cluster: `self-test-${i}`,
      tier: 'institutional',
      rating: 5,
      at: 0,
    })),
    behavior: {
      policyCompliance: all,
      uptime: all,
      errorRate: all,
      latencyP95: all,
      securityEvents: all,
      dataPatterns: all,
    },
  };
}

function callersOf({ verified }: ForbiddenCall): readonly Caller[] {
  const nothing = { capabilities: [], vouched: false };
  if (!verified) return [{ name: 'a stranger', verified, report: trustReport(NOBODY), ...nothing }];
  const newcomer = trustReport({ ...NOBODY, identityVerified: true });
  const best = trustReport(bestFacts());
  return [
    { name: 'a newcomer', verified, report: newcomer, ...nothing },
    { name: 'the most trusted agent', verified, report: best, capabilities: CAPABILITIES, vouched: true },
  ];
}

/**
 * To whom a forbidden call would be permitted; undefined where it is denied to everybody. A policy that looks at the
 * clock is asked for each hour of a week: what is denied at night may be permitted by day.
 */
export function permittedTo(
  call: ForbiddenCall,
  { policy, callMap, now }: { readonly policy: Policy; readonly callMap: CallMap; readonly now: number },
): Verdict | undefined {
  const mapped = mappedOf(call, callMap);
  // It never comes to an interaction: there is nothing that could be permitted.
  if (mapped === undefined) return undefined;
  const hours = /timeOfDay|dayOfWeek/.test(JSON.stringify(policy.document)) ? HOURS_OF_WEEK : 1;
  for (const caller of callersOf(call))
    for (let hour = 0; hour < hours; hour++) {
      const at = now + hour * HOUR_MS;
      const interaction = interactionOf(call, mapped, at);
      const evidence = evidenceOf(caller, mapped.registry, at);
      const { outcome } = decide({ interaction, evidence, policy, thresholds: DEFAULT_THRESHOLDS });
      if (outcome === 'allow' || outcome === 'warn') return { to: caller.name, at, outcome };
    }
  return undefined;
}

function mappedOf(
  { server, tool, input, action, resource }: ForbiddenCall,
  callMap: CallMap,
): MappedCall | undefined {
  if (action !== undefined && resource !== undefined) return { action, resource, registry: {} };
  try {
    const mapped = mapCall(callMap, { server, tool, input });
    return {
      ...mapped,
      ...(action === undefined ? {} : { action }),
      ...(resource === undefined ? {} : { resource }),
    };
  } catch (error) {
    if (isTtpError(error, 'SPL_BAD_CALL')) return undefined;
    throw error;
  }
}

function interactionOf(call: ForbiddenCall, { action, resource }: MappedCall, at: number): Interaction {
  const { server, tool, input, claims } = call;
  const target = `${server}/${tool}`;
  return {
    id: 'self-test',
    mode: 'a2t',
    trace: TRACE,
    agent: AGENT,
    target,
    action,
    resource,
    input,
    claims,
    at,
  };
}

/** What an enforcement point would have found out about this caller. */
function evidenceOf(caller: Caller, registry: JsonObject, now: number): Evidence {
  const { verified, report, capabilities, vouched } = caller;
  const fact = (value: Json): Fact => ({ value, at: now, validFor: HOUR_MS });
  return {
    now,
    epoch: asEpoch(0),
    facts: {
      identity: fact({ verified, method: 'challenge-response' }),
      trust: fact(report),
      fraud: fact({ risk: 0, signals: [] }),
      activity: fact({ requestRate: 0, errorRate: 0 }),
      capabilities: fact(capabilities),
      vouch: fact({ vouched }),
      resource: fact(registry),
    },
    absent: {},
  };
}
