import type { Json, JsonObject } from '@ttp/core';
import { ACTION } from '../../action.js';
import { own } from '../../attributes.js';
import { readResource } from '../../resource.js';
import { type Atom, isList, membersOf, unsupported } from './expression.js';

/** Whom and what a Cedar policy is about, in SPL. */
export interface Scope {
  readonly resources: readonly string[];
  /** Undefined for all. */
  readonly actions: readonly string[] | undefined;
  readonly tests: readonly Atom[];
  /** What its names became, by what they are in SPL: two that become one cannot be told apart. */
  readonly spelt: readonly (readonly [spl: string, cedar: string])[];
}

const SCOPE = ['op', 'entity', 'entities', 'entity_type', 'in', 'slot'];

/** A type as the scheme of a resource: `App::Photo` is `app.photo`. */
const TYPE = /^[A-Za-z][A-Za-z0-9]*(?:::[A-Za-z][A-Za-z0-9]*)*$/;

/** The scope of a Cedar policy: principal, action and resource. */
export function scopeOf(policy: JsonObject, field: string): Scope {
  const { resources, about, type } = resourcesOf(own(policy, 'resource'), `${field}.resource`);
  const actions = actionsOf(policy, `${field}.action`);
  return {
    resources,
    actions: actions?.map(({ id }) => id),
    tests: [...principalOf(own(policy, 'principal'), `${field}.principal`), ...about],
    spelt: [
      ...resources.flatMap((resource) =>
        type === undefined ? [] : [[`resource ${resource.slice(0, resource.indexOf(':'))}`, type] as const],
      ),
      ...(actions ?? []).map(({ id, type: of }) => [`action ${id}`, of] as const),
    ],
  };
}

function principalOf(json: Json | undefined, field: string): readonly Atom[] {
  const principal = membersOf(json, SCOPE, field);
  const op = own(principal, 'op');
  if (op === 'All') return [];
  if (op === '==') {
    const { type, id } = entityOf(own(principal, 'entity'), field);
    return [is('agent.type', type), is('agent.id', id)];
  }
  if (op === 'in') return [below('agent.ancestors', own(principal, 'entity'), field)];
  if (op === 'is')
    return [
      is('agent.type', typeOf(own(principal, 'entity_type'), field)),
      ...within(principal, 'agent', field),
    ];
  return unsupported('expected All, ==, in or is', field);
}

/** The patterns, what else has to hold, and the type in Cedar where there is one. */
function resourcesOf(
  json: Json | undefined,
  field: string,
): Pick<Scope, 'resources'> & { readonly about: readonly Atom[]; readonly type?: string } {
  const resource = membersOf(json, SCOPE, field);
  const op = own(resource, 'op');
  if (op === 'All') return { resources: ['**'], about: [] };
  if (op === 'in')
    return { resources: ['**'], about: [below('resource.ancestors', own(resource, 'entity'), field)] };
  if (op === 'is') {
    const type = typeOf(own(resource, 'entity_type'), field);
    const about = within(resource, 'resource', field);
    return { resources: [`${schemeOf(type, field)}:**`], about, type };
  }
  if (op !== '==') return unsupported('expected All, ==, in or is', field);
  const { type, id } = entityOf(own(resource, 'entity'), field);
  const text = `${schemeOf(type, field)}:${id}`;
  const read = readResource(text);
  // One that is spelt otherwise in SPL would share its rules with the entity of that spelling.
  if (/[*+]/.test(id) || typeof read === 'string' || read.text !== text)
    unsupported(`${JSON.stringify(id)} cannot be the path of a resource`, field);
  return { resources: [text], about: [], type };
}

function actionsOf(policy: JsonObject, field: string): readonly Entity[] | undefined {
  const action = membersOf(own(policy, 'action'), SCOPE, field);
  const op = own(action, 'op');
  if (op === 'All') return undefined;
  if (op === '==') return [actionOf(own(action, 'entity'), field)];
  const entities = own(action, 'entities');
  if (op !== 'in' || !isList(entities)) return unsupported('an action group is not known here', field);
  // A group among them would stand for its members: a permit that misses them grants less, a forbid denies less.
  if (own(policy, 'effect') === 'forbid')
    unsupported('a forbid could name a group of actions; write one forbid for each action', field);
  return entities.map((entity) => actionOf(entity, field));
}

function actionOf(json: Json | undefined, field: string): Entity {
  const entity = entityOf(json, field);
  return ACTION.test(entity.id)
    ? entity
    : unsupported(`${JSON.stringify(entity.id)} cannot be an action`, field);
}

function within(scope: JsonObject, of: 'agent' | 'resource', field: string): readonly Atom[] {
  const inside = own(scope, 'in');
  return inside === undefined
    ? []
    : [below(`${of}.ancestors`, own(membersOf(inside, ['entity', 'slot'], field), 'entity'), field)];
}

const is = (attribute: string, operand: string): Atom => ({ attribute, op: 'eq', operand });

/** `in`: the entity itself or an ancestor; whoever gives the facts lists them all as `Type::"id"`. */
function below(attribute: string, json: Json | undefined, field: string): Atom {
  const { type, id } = entityOf(json, field);
  return { attribute, op: 'contains', operand: `${type}::${JSON.stringify(id)}` };
}

interface Entity {
  readonly type: string;
  readonly id: string;
}

function entityOf(json: Json | undefined, field: string): Entity {
  if (json === undefined) return unsupported('a template has no entity yet', field);
  const entity = membersOf(json, ['type', 'id'], field);
  const id = own(entity, 'id');
  if (typeof id !== 'string' || /[{}]/.test(id)) return unsupported('expected an id without braces', field);
  return { type: typeOf(own(entity, 'type'), field), id };
}

function typeOf(json: Json | undefined, field: string): string {
  return typeof json === 'string' ? json : unsupported('expected a type', field);
}

function schemeOf(type: string, field: string): string {
  return TYPE.test(type)
    ? type.replaceAll('::', '.').toLowerCase()
    : unsupported(`${type} cannot be the scheme of a resource`, field);
}
