import type { Json, JsonObject } from '@ttp/core';
import { own } from '../../attributes.js';
import type { Scalar } from '../../condition.js';
import { LANGUAGE_VERSION } from '../../document.js';
import { CEDAR_DEPTH_MAX } from '../../limits.js';
import { loadPolicy } from '../../load.js';
import {
  type Alternatives,
  type Atom,
  alternativesOf,
  isList,
  membersOf,
  objectOf,
  unsupported,
} from './expression.js';
import { scopeOf } from './scope.js';

/** What an import needs to know that Cedar keeps in its schema. */
export interface CedarImport {
  /** Every action there is: a Cedar permit without an action is for all of them, and SPL names what it permits. */
  readonly actions?: readonly string[];
}

const POLICY = ['effect', 'principal', 'action', 'resource', 'conditions', 'annotations'];

/**
 * Cedar policies, in Cedar's JSON format, as an SPL policy. What SPL has no words for is refused, never left out.
 * Where an attribute is missing or of another type the SPL policy is never milder than Cedar: a Cedar `forbid` that
 * fails is skipped, an SPL `deny` that cannot be told denies.
 *
 * @param json one policy, policies by id, or a policy set with `staticPolicies`
 * @returns the document; `loadPolicy` takes it
 * @throws SPL_CEDAR_UNSUPPORTED with the path of what does not map; the codes of `loadPolicy`
 */
export function importCedar(json: Json, options: CedarImport = {}): JsonObject {
  refuseDeep(json);
  const spelt = new Map<string, string>();
  const rules = Object.entries(policiesOf(json)).flatMap(([id, policy]) =>
    rulesOf(id, policy, options, spelt),
  );
  const document = { version: LANGUAGE_VERSION, defaultEffect: 'deny', rules };
  loadPolicy(document);
  return document;
}

function policiesOf(json: Json): JsonObject {
  const set = objectOf(json, 'policies');
  if (Object.hasOwn(set, 'effect')) return { policy0: set };
  if (!Object.hasOwn(set, 'staticPolicies')) return set;
  membersOf(set, ['staticPolicies', 'templates', 'templateLinks'], 'policies');
  for (const part of ['templates', 'templateLinks']) {
    const more = own(set, part) ?? {};
    if (Object.keys(more ?? {}).length > 0) unsupported('templates have no counterpart in SPL', part);
  }
  return objectOf(own(set, 'staticPolicies'), 'staticPolicies');
}

/** Walks it level by level: what follows descends, and would run out of stack. */
function refuseDeep(json: Json): void {
  let level: readonly Json[] = [json];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > CEDAR_DEPTH_MAX) unsupported(`nested deeper than ${CEDAR_DEPTH_MAX} levels`, 'policies');
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
}

/** @param spelt what names became in the policies before, to which it adds */
function rulesOf(
  id: string,
  json: Json,
  { actions: every }: CedarImport,
  spelt: Map<string, string>,
): readonly JsonObject[] {
  const policy = membersOf(json, POLICY, id);
  const effect = own(policy, 'effect');
  if (effect !== 'permit' && effect !== 'forbid') unsupported('expected permit or forbid', `${id}.effect`);
  const { resources, actions, tests, spelt: names } = scopeOf(policy, id);
  for (const [spl, cedar] of names) {
    const other = spelt.get(spl) ?? cedar;
    // A permit for one would be a permit for the other.
    if (other !== cedar) unsupported(`${other} and ${cedar} are one in SPL (${spl})`, id);
    spelt.set(spl, cedar);
  }
  const named = actions ?? (effect === 'permit' ? every : undefined);
  if (effect === 'permit' && named === undefined)
    unsupported('a permit for every action needs the list of actions', `${id}.action`);
  const alternatives = conditionsOf(own(policy, 'conditions'), id).map((found) => [...tests, ...found]);
  return alternatives.map((atoms, i) => ({
    id: alternatives.length === 1 ? id : `${id}-${i + 1}`,
    effect: effect === 'permit' ? 'allow' : 'deny',
    resources,
    ...(named === undefined ? {} : { actions: named }),
    ...(atoms.length === 0 ? {} : { conditions: merged(atoms, id) }),
  }));
}

/** Every `when` has to hold, and no `unless`. */
function conditionsOf(json: Json | undefined, id: string): Alternatives {
  if (!isList(json)) return unsupported('expected a list', `${id}.conditions`);
  if (json.length > CEDAR_DEPTH_MAX) unsupported(`more than ${CEDAR_DEPTH_MAX}`, `${id}.conditions`);
  const [first, ...rest] = json.map((condition, i) => {
    const field = `${id}.conditions[${i}]`;
    const { kind, body = null } = membersOf(condition, ['kind', 'body'], field);
    if (kind !== 'when' && kind !== 'unless') return unsupported('expected when or unless', `${field}.kind`);
    return kind === 'when' ? body : { '!': { arg: body } };
  });
  if (first === undefined) return [[]];
  // The same rules for alternatives hold between conditions as within one.
  const whole = rest.reduce<Json>((left, right) => ({ '&&': { left, right } }), first);
  return alternativesOf(whole, true, `${id}.conditions`);
}

/** Tests on one attribute stand together, each operator once. */
function merged(atoms: readonly Atom[], id: string): JsonObject {
  const conditions: { [attribute: string]: { [op: string]: Scalar | readonly Scalar[] } } = {};
  for (const { attribute, op, operand } of atoms) {
    const tests = (conditions[attribute] ??= {});
    const before = tests[op];
    if (op === 'neq' && (before !== undefined || tests['not_in'] !== undefined)) {
      tests['not_in'] = [...new Set([before ?? [], tests['not_in'] ?? [], operand].flat())];
      delete tests['neq'];
      if (tests['not_in'].some((value) => String(value).startsWith('{')))
        unsupported(`two attributes that ${attribute} must differ from`, id);
    } else if (before === undefined || JSON.stringify(before) === JSON.stringify(operand))
      tests[op] = operand;
    else tests[op] = narrower(op, before, operand) ?? unsupported(`two tests ${op} on ${attribute}`, id);
  }
  return conditions;
}

/** The bound that implies both. */
function narrower(op: string, a: Atom['operand'], b: Atom['operand']): number | undefined {
  if (typeof a !== 'number' || typeof b !== 'number') return undefined;
  if (op === 'gt' || op === 'gte') return Math.max(a, b);
  return op === 'lt' || op === 'lte' ? Math.min(a, b) : undefined;
}
