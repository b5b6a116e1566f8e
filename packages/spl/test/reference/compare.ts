import { isJsonObject, type JsonObject } from '@ttp/core';
import {
  evaluate,
  evaluateLayers,
  isLayered,
  layerPolicies,
  loadPolicy,
  type Policy,
  type PolicyLayers,
  type PolicyRequest,
  type PolicyVerdict,
} from '../../src/index.js';
import { layered } from './layers.js';
import { type ReferenceVerdict, reference } from './reference.js';

/** A policy as parsed JSON, or `{ layers: { <name>: policy } }`, and what is asked of it. */
export interface Case {
  readonly json: JsonObject;
  readonly request: PolicyRequest;
}

/** What the two evaluators say. */
export interface Verdicts {
  readonly production: ReferenceVerdict;
  readonly reference: ReferenceVerdict;
}

/** What the reference has an opinion about. */
const comparable = ({ effect, rules, obligations, reasons }: PolicyVerdict): ReferenceVerdict => ({
  effect,
  rules,
  obligations,
  reasons: reasons.map(({ code, rule }) => (rule === undefined ? code : `${code} ${rule}`)),
});

/** Loads a policy, or the layers of `{ layers: { <name>: policy } }`. */
export function load({ layers, ...policy }: JsonObject): Policy | PolicyLayers {
  if (layers === undefined) return loadPolicy(policy);
  const named = Object.entries(isJsonObject(layers) ? layers : {});
  return layerPolicies(
    named.map(([layer, one]) => ({ layer, policy: loadPolicy(isJsonObject(one) ? one : {}) })),
  );
}

/** Evaluates a request twice. */
export function bothVerdicts(policy: Policy | PolicyLayers, { json, request }: Case): Verdicts {
  if (isLayered(policy))
    return {
      production: comparable(evaluateLayers(policy, request)),
      reference: layered(Object(json['layers']), request),
    };
  return { production: comparable(evaluate(policy, request)), reference: reference(json, request) };
}

/** Whether both say the same, down to the order of every list. */
export const agree = ({ production, reference: page }: Verdicts): boolean =>
  JSON.stringify(production) === JSON.stringify(page) || sorted(production) === sorted(page);

/** As text, with the keys of parameters in order: theirs is nobody's promise. */
const sorted = (verdict: ReferenceVerdict): string =>
  JSON.stringify(verdict, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
