import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { jsonOfText, plainJson } from '../plain.js';
import { maskValue } from './mask.js';
import { type Path, parseTransform, type Transform } from './params.js';

/** Removes the member. */
const REMOVE = Symbol('remove');

/** What happens to the value a path leads to. */
type Change = (value: Json) => Json | typeof REMOVE;

/**
 * Applies the output transformations of a policy to a result, in this order: redact (remove), mask, truncate,
 * watermark, footer.
 *
 * A path such as `card.number` names the members `number` of every `card`, at any depth, through arrays, and
 * through strings that hold a JSON object or array: a result that is wrapped, listed or serialised does not evade
 * it (flaw.P15). A value without such members is as it should be; one with something else than an object on the
 * way (`card: "4111..."`) is refused, and so is plain text, which has no members to look for.
 *
 * Watermark and footer are appended to text, set as `_watermark` and `_footer` in an object, and anything else is
 * wrapped as `{ value, _watermark, _footer }`.
 *
 * @param value the result, plain JSON
 * @param params `{ redact?, mask?, truncate?, watermark?, addFooter? }`
 * @param mark what a watermark says: who got this, in which interaction
 * @returns the transformed copy
 * @throws GUARD_OBLIGATION_INVALID, GUARD_TRANSFORM_PATH, GUARD_NOT_JSON, GUARD_VALUE_TOO_LARGE: withhold the result
 */
export function applyTransform(value: Json, params: JsonObject, mark = 'TTP'): Json {
  return transform(plainJson(value), parseTransform(params), mark);
}

/** {@link applyTransform} with parameters already parsed and a value already copied. */
export function transform(
  value: Json,
  { redact, mask, truncate, watermark, footer }: Transform,
  mark: string,
): Json {
  const steps: readonly (readonly [Path, Change])[] = [
    ...redact.map((path) => [path, () => REMOVE] as const),
    ...mask.map((path) => [path, maskValue] as const),
    ...truncate.map(({ path, length }) => [path, (text: Json) => cut(text, length)] as const),
  ];
  if (steps.length > 0 && typeof value === 'string' && jsonOfText(value) === undefined)
    throw new TtpError('GUARD_TRANSFORM_PATH', 'plain text has no members that a path could lead to');
  let result = steps.reduce((partly, [path, change]) => changeAll(partly, path, change), value);
  if (watermark) result = append(result, '_watermark', mark);
  if (footer !== undefined) result = append(result, '_footer', footer);
  return result;
}

/** Changes what `path` leads to from every object inside `value`. */
function changeAll(value: Json, path: Path, change: Change): Json {
  if (typeof value === 'string') return changeInText(value, (inner) => changeAll(inner, path, change));
  if (!isJsonObject(value))
    return Array.isArray(value) ? value.map((item: Json) => changeAll(item, path, change)) : value;
  const members = Object.entries(value).flatMap(([key, member]): [string, Json][] => {
    const inside = changeAll(member, path, change);
    const changed = key === path[0] ? follow(inside, path.slice(1), change) : inside;
    return changed === REMOVE ? [] : [[key, changed]];
  });
  return Object.fromEntries(members);
}

/** Goes along the rest of a path, into every item of the arrays on it. */
function follow(value: Json, rest: Path, change: Change): Json | typeof REMOVE {
  if (rest.length === 0) return change(value);
  if (value === null) return value;
  if (typeof value === 'string' && jsonOfText(value) !== undefined)
    return changeInText(value, (inner) => keep(follow(inner, rest, change)));
  if (Array.isArray(value)) return value.map((item: Json) => keep(follow(item, rest, change)));
  if (!isJsonObject(value))
    throw new TtpError('GUARD_TRANSFORM_PATH', `a ${typeof value} stands where the path expects an object`);
  const [name] = rest;
  const members = Object.entries(value).flatMap(([key, member]): [string, Json][] => {
    if (key !== name) return [[key, member]];
    const changed = follow(member, rest.slice(1), change);
    return changed === REMOVE ? [] : [[key, changed]];
  });
  return Object.fromEntries(members);
}

/** Only the member at the end of a path is removed, so what lies on the way is always kept. */
const keep = (changed: Json | typeof REMOVE): Json => (changed === REMOVE ? null : changed);

/** Changes the JSON that a string holds; a string of anything else, or one with nothing to change, stays as it is. */
function changeInText(text: string, change: (value: Json) => Json): string {
  const parsed = jsonOfText(text);
  if (parsed === undefined) return text;
  const before = JSON.stringify(parsed);
  const after = JSON.stringify(change(parsed));
  return after === before ? text : after;
}

/** The first `length` UTF-16 units, without half a surrogate pair at the end; the texts of a list each. */
function cut(value: Json, length: number): Json {
  if (typeof value === 'string') {
    const last = value.charCodeAt(length - 1);
    const splits = value.length > length && last >= 0xd800 && last <= 0xdbff;
    return value.slice(0, splits ? length - 1 : length);
  }
  if (Array.isArray(value)) return value.map((item: Json) => cut(item, length));
  if (isJsonObject(value))
    throw new TtpError('GUARD_TRANSFORM_PATH', 'an object stands where a text was to be truncated');
  return value;
}

/** Adds a line to text, a member to an object; an existing member is added to, never replaced by or in favour of ours. */
function append(value: Json, name: '_watermark' | '_footer', line: string): Json {
  if (typeof value === 'string') {
    const parsed = jsonOfText(value);
    return parsed === undefined ? `${value}\n\n${line}` : JSON.stringify(append(parsed, name, line));
  }
  if (!isJsonObject(value)) return { value, [name]: line };
  const existing = Object.hasOwn(value, name) ? value[name] : undefined;
  if (existing === undefined) return { ...value, [name]: line };
  if (typeof existing === 'string') return { ...value, [name]: `${existing}\n${line}` };
  throw new TtpError('GUARD_TRANSFORM_PATH', `the result has a member ${name} that is not text`);
}
