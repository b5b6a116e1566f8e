import type { Json, JsonObject } from '@ttp/core';
import { ACTION } from '../../action.js';
import { own } from '../../attributes.js';
import { readResource } from '../../resource.js';
import { type Atom, isList, objectOf, unsupported } from './expression.js';

/** Whom and what a Cedar policy is about, in SPL. */
export interface Scope {
  readonly resources: readonly string[];
  /** Undefined for all. */
  readonly actions: readonly string[] | undefined;
  readonly tests: readonly Atom[];
}

/** A type as the scheme of a resource: `App::Photo` is `app.photo`. */
const TYPE = /^[A-Za-z][A-Za-z0-9]*(?:::[A-Za-z][A-Za-z0-9]*)*$/;

/** The scope of a Cedar policy: principal, action and resource. */
export function scopeOf(policy: JsonObject, field: string): Scope {
  const [resources, about] = resourcesOf(own(policy, 'resource'), `${field}.resource`);
  return {
    resources,
    actions: actionsOf(policy, `${field}.action`),
    tests: [...principalOf(own(policy, 'principal'), `${field}.principal`), ...about],
  };
}

function principalOf(json: Json | undefined, field: string): readonly Atom[] {
  const principal = objectOf(json, field);
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

function resourcesOf(json: Json | undefined, field: string): readonly [readonly string[], readonly Atom[]] {
  const resource = objectOf(json, field);
  const op = own(resource, 'op');
  if (op === 'All') return [['**'], []];
  if (op === 'in') return [['**'], [below('resource.ancestors', own(resource, 'entity'), field)]];
  if (op === 'is') {
    const scheme = schemeOf(typeOf(own(resource, 'entity_type'), field), field);
    return [[`${scheme}:**`], within(resource, 'resource', field)];
  }
  if (op !== '==') return unsupported('expected All, ==, in or is', field);
  const { type, id } = entityOf(own(resource, 'entity'), field);
  const text = `${schemeOf(type, field)}:${id}`;
  if (/[*+]/.test(id) || typeof readResource(text) === 'string')
    unsupported(`${JSON.stringify(id)} cannot be the path of a resource`, field);
  return [[text], []];
}

function actionsOf(policy: JsonObject, field: string): readonly string[] | undefined {
  const action = objectOf(own(policy, 'action'), field);
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

function actionOf(json: Json | undefined, field: string): string {
  const { id } = entityOf(json, field);
  return ACTION.test(id) ? id : unsupported(`${JSON.stringify(id)} cannot be an action`, field);
}

function within(scope: JsonObject, of: 'agent' | 'resource', field: string): readonly Atom[] {
  const inside = own(scope, 'in');
  return inside === undefined
    ? []
    : [below(`${of}.ancestors`, own(objectOf(inside, field), 'entity'), field)];
}

const is = (attribute: string, operand: string): Atom => ({ attribute, op: 'eq', operand });

/** `in`: the entity itself or an ancestor; whoever gives the facts lists them all as `Type::"id"`. */
function below(attribute: string, json: Json | undefined, field: string): Atom {
  const { type, id } = entityOf(json, field);
  return { attribute, op: 'contains', operand: `${type}::${JSON.stringify(id)}` };
}

function entityOf(json: Json | undefined, field: string): { readonly type: string; readonly id: string } {
  if (json === undefined) return unsupported('a template has no entity yet', field);
  const entity = objectOf(json, field);
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
