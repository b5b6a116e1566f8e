import { isJsonObject, type Json, TtpError } from '@ttp/core';
import { ALLOWED_RESOURCES_MAX } from './limits.js';

/** What narrows an approval (ttp-protocol.txt L740-757). Conditions never widen: each is a further check. */
export type Conditions = {
  /** The number at `field` of the arguments, such as `amount` or `transfer.amount`, is at most `value`. */
  readonly maxValue?: { readonly field: string; readonly value: number };
  /** Wall clock, ms: not usable from then on. */
  readonly expiresAt?: number;
  /** The resource is one of these, or below one that ends in `/**`. */
  readonly allowedResources?: readonly string[];
  /** Usable so often; once where it is left out. */
  readonly maxUses?: number;
  /** Another human has to approve too. */
  readonly requiresSecondApproval?: boolean;
};

const NAMES = ['maxValue', 'expiresAt', 'allowedResources', 'maxUses', 'requiresSecondApproval'];
const FIELD = /^[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*){0,15}$/;

/**
 * Conditions from the body of a decision. An unknown one is refused: it may have been meant to narrow (flaw.O7).
 *
 * @throws OVERSIGHT_BAD_DECISION with the field
 */
export function parseConditions(json: Json): Conditions {
  if (!isJsonObject(json)) throw bad('conditions');
  const unknown = Object.keys(json).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw bad(`conditions.${unknown}`);
  const { maxValue, expiresAt, allowedResources, maxUses, requiresSecondApproval } = json;
  return {
    ...(maxValue === undefined ? {} : { maxValue: parseMaxValue(maxValue) }),
    ...(expiresAt === undefined ? {} : { expiresAt: parseCount(expiresAt, 'expiresAt') }),
    ...(allowedResources === undefined ? {} : { allowedResources: parseResources(allowedResources) }),
    ...(maxUses === undefined ? {} : { maxUses: parseCount(maxUses, 'maxUses') }),
    ...(requiresSecondApproval === undefined
      ? {}
      : { requiresSecondApproval: parseBoolean(requiresSecondApproval) }),
  };
}

function parseMaxValue(json: Json): { readonly field: string; readonly value: number } {
  if (!isJsonObject(json) || Object.keys(json).length !== 2) throw bad('conditions.maxValue');
  const { field, value } = json;
  if (typeof field !== 'string' || !FIELD.test(field)) throw bad('conditions.maxValue.field');
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw bad('conditions.maxValue.value');
  return { field, value };
}

function parseCount(json: Json, name: string): number {
  if (typeof json === 'number' && Number.isSafeInteger(json) && json > 0) return json;
  throw bad(`conditions.${name}`);
}

function parseResources(json: Json): readonly string[] {
  if (Array.isArray(json) && json.length > 0 && json.length <= ALLOWED_RESOURCES_MAX && json.every(isText))
    return json;
  throw bad('conditions.allowedResources');
}

function parseBoolean(json: Json): boolean {
  if (typeof json === 'boolean') return json;
  throw bad('conditions.requiresSecondApproval');
}

/**
 * Whether the action meets the conditions at `now` (wall clock, ms).
 *
 * @throws OVERSIGHT_CONDITION_UNMET, OVERSIGHT_APPROVAL_EXPIRED
 */
export function requireConditions(
  conditions: Conditions,
  { input, resource }: { readonly input: Json; readonly resource: string },
  now: number,
): void {
  const { maxValue, expiresAt, allowedResources } = conditions;
  if (expiresAt !== undefined && !(now < expiresAt))
    throw new TtpError('OVERSIGHT_APPROVAL_EXPIRED', `approved until ${expiresAt}`, { field: 'expiresAt' });
  if (maxValue !== undefined) {
    const value = valueAt(input, maxValue.field);
    // A number that is not there is not at most anything (decision D13).
    if (typeof value !== 'number' || !(value <= maxValue.value))
      throw new TtpError('OVERSIGHT_CONDITION_UNMET', `${maxValue.field} is not at most ${maxValue.value}`, {
        field: `input.${maxValue.field}`,
      });
  }
  if (allowedResources !== undefined && !allowedResources.some((allowed) => covers(allowed, resource)))
    throw new TtpError('OVERSIGHT_CONDITION_UNMET', `${resource} is not one of the approved resources`, {
      field: 'resource',
    });
}

function valueAt(input: Json, field: string): Json | undefined {
  let value: Json | undefined = input;
  for (const name of field.split('.'))
    value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

/** Exactly, or a subtree by whole segments, none of which leads out of it again (flaw.P5). */
function covers(allowed: string, resource: string): boolean {
  if (!allowed.endsWith('/**')) return resource === allowed;
  const folder = allowed.slice(0, -2);
  const below = resource.slice(folder.length).split('/');
  return resource.startsWith(folder) && !below.some((segment) => ['', '.', '..'].includes(segment));
}

const isText = (value: Json): value is string => typeof value === 'string' && value !== '';

const bad = (field: string): TtpError =>
  new TtpError('OVERSIGHT_BAD_DECISION', `malformed ${field}`, { field });
