import type { Did, JsonObject } from '@ttp/core';
import { ATTRIBUTES, own } from '../../attributes.js';
import type { PolicyRequest } from '../../facts.js';
import { readResource } from '../../resource.js';
import { type AuthZenRequest, type AuthZenResource, invalid } from './model.js';

/** A type that can be the scheme of a resource. */
const TYPE = /^[A-Za-z][A-Za-z0-9+.-]*$/;

/** Attributes that stand beside the arguments of a call; they come from the context of the request. */
const CLAIMS = namesFrom('caller').filter((name) => !name.startsWith('request.'));
/** Attributes of a resource that have no namespace. */
const ABOUT_RESOURCES = namesFrom('registry');

function namesFrom(source: string): readonly string[] {
  return Object.entries(ATTRIBUTES).flatMap(([name, row]) => (row.source === source ? [name] : []));
}

/** How the parts of an AuthZEN request become those of an SPL request. */
export interface AuthZenMapping {
  /** Wall clock of the decision point, ms: the only source of time. */
  readonly now: number;
  /** What the decision point observed itself: `trustScore`, `trustStage` ... */
  readonly engine?: JsonObject;
  /**
   * Whether the enforcement point that asks is believed about the properties of subject and resource: they count as
   * `agent.*` and `resource.*` then, beside `agent.type` and `agent.id`. Without it they count for nothing
   * (decision D18).
   */
  readonly trustProperties?: boolean;
  /** The resource as SPL spells it; `type:id` unless given. */
  readonly resourceOf?: (resource: AuthZenResource) => string;
}

/**
 * An AuthZEN request as SPL is asked it. The properties of the action are `request.*`, the context is
 * `request.context.*`, and `purpose`, `biasScore` and `protectedClass` come from the context too: nobody verified any
 * of them. Engine facts come from the decision point alone.
 *
 * @throws SPL_AUTHZEN_INVALID for a type that is no scheme, and for an action with a property named `context`
 */
export function policyRequestOf(request: AuthZenRequest, mapping: AuthZenMapping): PolicyRequest {
  const { subject, action, resource, context = {} } = request;
  const { now, engine = {}, trustProperties = false, resourceOf = typeAndId } = mapping;
  if (own(action.properties ?? {}, 'context') !== undefined)
    invalid('action.properties.context', 'the name belongs to the context of the request');
  const known = trustProperties ? (resource.properties ?? {}) : {};
  return {
    resource: resourceOf(resource),
    action: action.name,
    now,
    engine,
    resolver: {
      agent: { ...(trustProperties ? subject.properties : {}), type: subject.type, id: subject.id },
    },
    registry: trustProperties ? { resource: known, ...members(known, ABOUT_RESOURCES) } : {},
    caller: { request: { ...action.properties, context }, ...members(context, CLAIMS) },
  };
}

function typeAndId({ type, id }: AuthZenResource): string {
  if (!TYPE.test(type)) invalid('resource.type', 'expected letters, digits, +, . and -, a letter first');
  return `${type}:${id}`;
}

function members(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = own(object, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/**
 * What another decision point is asked about a call. Arguments and facts stay here unless `properties` names them:
 * whoever is asked learns what it is told.
 *
 * @param agent the subject, of type `agent`
 * @param properties of the action
 * @throws SPL_AUTHZEN_INVALID for a resource that cannot be normalised
 */
export function authZenRequestOf(
  { resource, action }: Pick<PolicyRequest, 'resource' | 'action'>,
  agent: Did,
  properties?: JsonObject,
): AuthZenRequest {
  const read = readResource(resource);
  if (typeof read === 'string') return invalid('resource', read);
  const { scheme, text, start } = read;
  return {
    subject: { type: 'agent', id: agent },
    action: { name: action, ...(properties === undefined ? {} : { properties }) },
    resource: { type: scheme === '' ? 'resource' : scheme, id: text.slice(start) },
  };
}
