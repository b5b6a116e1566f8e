import {
  asDid,
  asTerm,
  asTime,
  asTraceId,
  type Interaction,
  isJsonObject,
  type JsonObject,
  MODES,
  TtpError,
} from '@ttp/core';
import { frozenJson } from '@ttp/crypto';
import { TARGET_MAX_CHARS } from './limits.js';

/**
 * One reading of an interaction, frozen: sources, handlers and the profile all get the same, and none of them can
 * change what is decided over, recorded or performed (flaw.J1).
 *
 * @throws SDK_BAD_CALL with the member in `field`, CORE_*, CRYPTO_JSON_* for what is not plain JSON
 */
export function readInteraction<I extends Interaction>(given: I): I {
  const copy = frozenJson<unknown>(given);
  if (!isJsonObject(copy)) throw bad('interaction');
  const [id, target] = [text(copy, 'id'), text(copy, 'target')];
  // Both stand in the leaf in clear: a long one would make a leaf that cannot be written.
  if (id.length > TARGET_MAX_CHARS) throw bad('id');
  if (target.length > TARGET_MAX_CHARS) throw bad('target');
  asTerm(MODES, text(copy, 'mode'), 'mode');
  asDid(text(copy, 'agent'));
  asTraceId(text(copy, 'trace'));
  for (const name of ['action', 'resource']) text(copy, name);
  const { at, claims, input } = copy;
  if (typeof at !== 'number') throw bad('at');
  asTime(at);
  if (!isJsonObject(claims)) throw bad('claims');
  if (input === undefined) throw bad('input');
  if (!isWhole<I>(copy)) throw bad('interaction');
  return copy;
}

/** All members of Interaction were checked before; what a profile adds to them is plain data like the rest. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- names the profile's type once per call
const isWhole = <I extends Interaction>(copy: object): copy is I =>
  MEMBERS.every((name) => Object.hasOwn(copy, name));

const MEMBERS = [
  'id',
  'trace',
  'mode',
  'agent',
  'target',
  'action',
  'resource',
  'input',
  'claims',
  'at',
] as const;

function text(copy: JsonObject, name: string): string {
  const value = copy[name];
  if (typeof value === 'string' && value !== '') return value;
  throw bad(name);
}

const bad = (field: string): TtpError =>
  new TtpError('SDK_BAD_CALL', `an interaction needs a well-formed ${field}`, { field });
