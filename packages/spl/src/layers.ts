import { EFFECTS, type Hash, highest, isJsonObject, type Json, type Obligation, TtpError } from '@ttp/core';
import { canonicalize, hashJson, parseJson, utf8 } from '@ttp/crypto';
import { evaluate, type PolicyVerdict } from './evaluate.js';
import type { PolicyRequest } from './facts.js';
import { fail } from './fail.js';
import { at } from './field.js';
import { LAYERS_MAX, POLICY_CEILING_BYTES } from './limits.js';
import { loadPolicy, type Policy } from './load.js';
import { objectAt } from './object-at.js';
import type { PolicyReason } from './reasons.js';
import type { Window } from './window.js';
import { unitedWindows } from './window-limits.js';

/** One policy of several, with what it is for: `organisation`, `team`, `agent` (decision D20). */
export interface PolicyLayer {
  /** 1 to 32 of `a-z0-9-`, a letter first. */
  readonly layer: string;
  readonly policy: Policy;
}

/** Policies that are in force together: what one of them denies is denied. */
export interface PolicyLayers {
  /** Of the names of the layers and the hashes of their policies. */
  readonly hash: Hash;
  /** In the order of their names, whatever order they were given in. */
  readonly layers: readonly PolicyLayer[];
  /** JSON from which {@link loadPolicies} makes the same again: `{ "layers": { "<name>": "<exact text>" } }`. */
  readonly text: string;
  /** Those of all layers. */
  readonly windows: readonly Window[];
}

/** What layers say together, and what each of them says. */
export interface LayeredVerdict extends PolicyVerdict {
  readonly layers: readonly { readonly layer: string; readonly verdict: PolicyVerdict }[];
}

const LAYER = /^[a-z][a-z0-9-]{0,31}$/;

/** Whether a text can be the name of a layer. */
export const isLayerName = (name: string): boolean => LAYER.test(name);

/** What {@link layerPolicies} made, and nobody else. */
const made = new WeakSet<PolicyLayers>();

/**
 * Puts policies on top of each other. Their order means nothing.
 *
 * @param layers one to LAYERS_MAX, each with a name of its own
 * @throws SPL_BAD_LAYERS; SPL_TOO_LARGE where their texts are more than 1 MiB together
 */
export function layerPolicies(layers: readonly PolicyLayer[]): PolicyLayers {
  if (layers.length === 0 || layers.length > LAYERS_MAX)
    fail('SPL_BAD_LAYERS', `${layers.length} layers; it takes 1 to ${LAYERS_MAX}`, 'layers');
  for (const { layer } of layers)
    if (!isLayerName(layer))
      fail('SPL_BAD_LAYERS', `${JSON.stringify(layer)} is no name of a layer`, 'layers');
  const sorted = layers.map(({ layer, policy }) => Object.freeze({ layer, policy }));
  sorted.sort((a, b) => (a.layer < b.layer ? -1 : 1));
  for (const [i, { layer }] of sorted.entries())
    if (sorted[i + 1]?.layer === layer) fail('SPL_BAD_LAYERS', `two layers are called ${layer}`, 'layers');
  const members = (member: (policy: Policy) => string): Json => ({
    layers: Object.fromEntries(sorted.map(({ layer, policy }) => [layer, member(policy)])),
  });
  const text = canonicalize(members((policy) => policy.text));
  if (utf8(text).length > POLICY_CEILING_BYTES)
    fail('SPL_TOO_LARGE', `the layers have more than ${POLICY_CEILING_BYTES} bytes together`, 'layers');
  const windows = new Map(sorted.flatMap(({ policy }) => policy.windows.map((one) => [one.attribute, one])));
  const layered: PolicyLayers = Object.freeze({
    hash: hashJson(members((policy) => policy.hash)),
    layers: Object.freeze(sorted),
    text,
    windows: Object.freeze([...windows.values()]),
  });
  made.add(layered);
  return layered;
}

/**
 * Loads a policy, or the layers that {@link PolicyLayers.text} holds.
 *
 * @param text as `loadPolicy` takes it, or `{ "layers": { "<name>": "<text of a policy>" } }`
 * @param options `maxBytes`: of each policy, as for `loadPolicy`
 * @throws the codes of `loadPolicy` and {@link layerPolicies}
 */
export function loadPolicies(
  text: string,
  options: { readonly maxBytes?: number } = {},
): Policy | PolicyLayers {
  // No key of a policy has this name, and `layerPolicies` writes it so.
  if (!text.includes('"layers"')) return loadPolicy(text, options);
  const json = parseJson(text, { maxBytes: POLICY_CEILING_BYTES });
  if (!isJsonObject(json) || !Object.hasOwn(json, 'layers')) return loadPolicy(text, options);
  const { layers } = objectAt(json, '', ['layers']);
  if (!isJsonObject(layers)) return fail('SPL_BAD_TYPE', 'expected object', 'layers');
  return layerPolicies(
    Object.entries(layers).map(([layer, source]) => {
      if (typeof source !== 'string') return fail('SPL_BAD_TYPE', 'expected string', at('layers', layer));
      return { layer, policy: loadPolicy(source, options) };
    }),
  );
}

/** Whether these are layers, and not one policy. */
export const isLayered = (policy: Policy | PolicyLayers): policy is PolicyLayers => 'layers' in policy;

/** The policies, each with the name of its layer; one policy alone has none. */
export const policiesOf = (
  policy: Policy | PolicyLayers,
): readonly { readonly layer?: string; readonly policy: Policy }[] =>
  isLayered(policy) ? policy.layers : [{ policy }];

/**
 * Evaluates a request by every layer (decision D20): it is permitted only where each of them permits, with the
 * strictest effect and the obligations of all. Rules, reasons and obligations name their layer. Pure, total, and
 * independent of the order of layers and rules.
 *
 * @param policy from `layerPolicies` or `loadPolicies`
 * @throws SPL_NOT_LOADED for anything else
 */
export function evaluateLayers(policy: PolicyLayers, request: PolicyRequest): LayeredVerdict {
  if (!made.has(policy))
    throw new TtpError('SPL_NOT_LOADED', 'layers come from layerPolicies of this copy of the package');
  const layers = policy.layers.map((one) => ({ layer: one.layer, verdict: evaluate(one.policy, request) }));
  const effect = layers.reduce<PolicyVerdict['effect']>(
    (strictest, { verdict }) => highest(EFFECTS, strictest, verdict.effect),
    'allow',
  );
  const deciding = effect === 'deny' ? layers.filter(({ verdict }) => verdict.effect === 'deny') : layers;
  const obliging = effect === 'deny' ? [] : layers;
  return {
    effect,
    rules: deciding.flatMap(({ layer, verdict }) => verdict.rules.map((rule) => `${layer}/${rule}`)),
    obligations: unitedWindows(
      obliging.flatMap(({ layer, verdict }) =>
        verdict.obligations.map((one): Obligation => ({ ...one, from: `${layer}/${one.from}` })),
      ),
    ),
    reasons: layers.flatMap(({ layer, verdict }) => verdict.reasons.map((one) => reasonIn(layer, one))),
    // What counts for nothing does so whatever the policy says.
    dropped: layers[0]?.verdict.dropped ?? [],
    policy: policy.hash,
    layers,
  };
}

/**
 * Evaluates a request by one policy, or by all layers.
 *
 * @throws SPL_NOT_LOADED
 */
export const evaluatePolicies = (policy: Policy | PolicyLayers, request: PolicyRequest): PolicyVerdict =>
  isLayered(policy) ? evaluateLayers(policy, request) : evaluate(policy, request);

const reasonIn = (layer: string, { code, text, rule }: PolicyReason): PolicyReason => ({
  code,
  text: `${layer}: ${text}`,
  ...(rule === undefined ? {} : { rule: `${layer}/${rule}` }),
  layer,
});
