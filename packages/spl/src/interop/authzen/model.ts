import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { own } from '../../attributes.js';
import { fail } from '../../fail.js';
import { AUTHZEN_EVALUATIONS_MAX } from '../../limits.js';

/** Who asks: AuthZEN 1.0, section 5.1. */
export interface AuthZenSubject {
  readonly type: string;
  readonly id: string;
  readonly properties?: JsonObject;
}

/** What is asked for: section 5.2. */
export interface AuthZenResource {
  readonly type: string;
  readonly id: string;
  readonly properties?: JsonObject;
}

/** What would be done with it: section 5.3. */
export interface AuthZenAction {
  readonly name: string;
  readonly properties?: JsonObject;
}

/** An access evaluation request: section 6.1. */
export interface AuthZenRequest {
  readonly subject: AuthZenSubject;
  readonly action: AuthZenAction;
  readonly resource: AuthZenResource;
  readonly context?: JsonObject;
}

/** An access evaluation response: section 6.2. */
export interface AuthZenResponse {
  readonly decision: boolean;
  readonly context?: JsonObject;
}

/** The order in which a batch is evaluated, and where it ends: section 7.1.2. */
export const AUTHZEN_SEMANTICS = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;
export type AuthZenSemantic = (typeof AUTHZEN_SEMANTICS)[number];

/** An access evaluations request: section 7.1, the defaults already put in. */
export interface AuthZenBatch {
  /** A request, or what is wrong with it: the others of the batch are answered all the same. */
  readonly requests: readonly (AuthZenRequest | TtpError)[];
  readonly semantic: AuthZenSemantic;
}

/**
 * Reads an access evaluation request. Members that AuthZEN does not name are ignored, as it asks.
 *
 * @param json the parsed body
 * @throws SPL_AUTHZEN_INVALID with the path of what is missing or of another type
 */
export function parseAuthZenRequest(json: Json | undefined): AuthZenRequest {
  const body = objectOf(json, '');
  const context = own(body, 'context');
  return {
    subject: entityOf(own(body, 'subject'), 'subject'),
    action: actionOf(own(body, 'action')),
    resource: entityOf(own(body, 'resource'), 'resource'),
    ...(context === undefined ? {} : { context: objectOf(context, 'context') }),
  };
}

/**
 * Reads an access evaluations request: members of the request are defaults for those that an evaluation leaves out.
 * Without evaluations it is a batch of one.
 *
 * @param json the parsed body, of at most {@link AUTHZEN_EVALUATIONS_MAX} evaluations
 * @throws SPL_AUTHZEN_INVALID for the batch as a whole; what is wrong with one evaluation stands in its place
 */
export function parseAuthZenBatch(json: Json | undefined): AuthZenBatch {
  const { evaluations = [], options = {}, ...defaults } = objectOf(json, '');
  if (!isList(evaluations)) return invalid('evaluations', 'expected a list');
  if (evaluations.length > AUTHZEN_EVALUATIONS_MAX)
    return invalid('evaluations', `more than ${AUTHZEN_EVALUATIONS_MAX}`);
  const semantic = own(objectOf(options, 'options'), 'evaluations_semantic') ?? 'execute_all';
  if (!isSemantic(semantic))
    return invalid('options.evaluations_semantic', `expected one of ${AUTHZEN_SEMANTICS.join(', ')}`);
  const asked = evaluations.length === 0 ? [{}] : evaluations;
  return { requests: asked.map((evaluation, i) => evaluationOf(evaluation, defaults, i)), semantic };
}

function evaluationOf(json: Json, defaults: JsonObject, index: number): AuthZenRequest | TtpError {
  const field = `evaluations[${index}]`;
  try {
    return parseAuthZenRequest({ ...defaults, ...objectOf(json, '') });
  } catch (error) {
    if (!(error instanceof TtpError)) throw error;
    const at = error.field === undefined || error.field === '' ? field : `${field}.${error.field}`;
    return new TtpError('SPL_AUTHZEN_INVALID', error.message, { field: at });
  }
}

/**
 * Reads the response of another decision point. Anything but `true` or `false` is refused: who asked denies then.
 *
 * @param json the parsed body
 * @throws SPL_AUTHZEN_INVALID
 */
export function parseAuthZenResponse(json: Json | undefined): AuthZenResponse {
  const body = objectOf(json, '');
  const [decision, context] = [own(body, 'decision'), own(body, 'context')];
  if (typeof decision !== 'boolean') return invalid('decision', 'expected true or false');
  return context === undefined ? { decision } : { decision, context: objectOf(context, 'context') };
}

function entityOf(json: Json | undefined, field: string): AuthZenSubject {
  const entity = objectOf(json, field);
  return {
    type: textOf(own(entity, 'type'), `${field}.type`),
    id: textOf(own(entity, 'id'), `${field}.id`),
    ...propertiesOf(entity, field),
  };
}

function actionOf(json: Json | undefined): AuthZenAction {
  const action = objectOf(json, 'action');
  return { name: textOf(own(action, 'name'), 'action.name'), ...propertiesOf(action, 'action') };
}

function propertiesOf(entity: JsonObject, field: string): { readonly properties?: JsonObject } {
  const properties = own(entity, 'properties');
  return properties === undefined ? {} : { properties: objectOf(properties, `${field}.properties`) };
}

function objectOf(json: Json | undefined, field: string): JsonObject {
  return isJsonObject(json) ? json : invalid(field, json === undefined ? 'missing' : 'expected an object');
}

function textOf(json: Json | undefined, field: string): string {
  if (typeof json === 'string' && json !== '') return json;
  return invalid(field, json === undefined ? 'missing' : 'expected a text that is not empty');
}

/** Refuses a request or response that is not as AuthZEN says. */
export function invalid(field: string, what: string): never {
  return fail('SPL_AUTHZEN_INVALID', field === '' ? what : `${field}: ${what}`, field);
}

const isList = (json: Json): json is readonly Json[] => Array.isArray(json);
const isSemantic = (json: Json): json is AuthZenSemantic =>
  AUTHZEN_SEMANTICS.some((semantic) => semantic === json);
