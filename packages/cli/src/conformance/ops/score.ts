import { isJsonObject, type JsonObject } from '@ttp/core';
import {
  type IsnadFacts,
  isnadScore,
  type ServiceFacts,
  serviceTrust,
  type ToolExecution,
  toolTrust,
  trustReport,
} from '@ttp/score';
import { trustFactsOf } from '../../trust-facts.js';
import { badArgument, object, time } from '../arguments.js';
import type { Operation } from '../protocol.js';

/**
 * The four scores. Facts are those of the package, as docs/trust.md has them; what is wrong in them is refused with the
 * package's code. `total` and `components` are in points: whole ones of an agent, else with what is behind the point.
 */
export const SCORE_OPERATIONS: Readonly<Record<string, Operation>> = {
  'score.trust'(args) {
    const report = trustReport(trustFactsOf(object(args, 'facts')));
    const { totalScore, identityScore, reputationScore, behavioralScore, stage } = report;
    const components = { identity: identityScore, reputation: reputationScore, behavioral: behavioralScore };
    return { total: totalScore, components, stage, report };
  },
  'score.isnad'(args) {
    const facts = object(args, 'facts');
    if (!mayBeChain(facts)) return badArgument('facts');
    const score = isnadScore(facts, time(args, 'now'));
    const { shown, volume, consistency, diversity, longevity, disputePenalty, flags } = score;
    const components = points({ volume, consistency, diversity, longevity, disputePenalty });
    return { total: Number(shown), components, flags, report: { ...score } };
  },
  'score.tool'(args) {
    const facts = object(args, 'facts');
    if (!mayBeTool(facts)) return badArgument('facts');
    const report = toolTrust(facts.executions, facts.slaMs);
    const { totalBp, reliabilityBp, performanceBp, efficiencyBp, complianceBp } = report;
    const components = points({
      reliability: reliabilityBp,
      performance: performanceBp,
      efficiency: efficiencyBp,
      compliance: complianceBp,
    });
    return { total: totalBp / 100, components, report: { ...report } };
  },
  'score.service'(args) {
    const facts = object(args, 'facts');
    if (!mayBeService(facts)) return badArgument('facts');
    const report = serviceTrust(facts);
    const { totalBp, availabilityBp, performanceBp, securityBp, reliabilityBp, level } = report;
    const components = points({
      availability: availabilityBp,
      performance: performanceBp,
      security: securityBp,
      reliability: reliabilityBp,
    });
    return { total: totalBp / 100, components, level, report: { ...report } };
  },
};

interface ToolFacts {
  readonly executions: readonly ToolExecution[];
  readonly slaMs?: number;
}

/** From hundredths of a point. */
const points = (parts: Readonly<Record<string, number>>): JsonObject =>
  Object.fromEntries(Object.entries(parts).map(([name, hundredths]) => [name, hundredths / 100]));

// The package judges every member that it reads, and says by its own codes what is wrong with one.

const mayBeChain = (facts: JsonObject): facts is JsonObject & IsnadFacts => isJsonObject(facts);
const mayBeTool = (facts: JsonObject): facts is JsonObject & ToolFacts => isJsonObject(facts);
const mayBeService = (facts: JsonObject): facts is JsonObject & ServiceFacts => isJsonObject(facts);
