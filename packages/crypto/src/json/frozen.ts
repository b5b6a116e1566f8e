import type { Json } from '@ttp/core';
import { copyExcept } from './plain.js';

/** Data that was frozen here, with its canonical form from when it is first asked for; before, an empty text. */
const forms = new WeakMap<object, string>();

/**
 * JSON data that nobody can change any more, whoever gets it: a copy as `plainCopy` makes it, frozen to the
 * bottom. Data that this function gave is taken as it is, as a whole and as a part. Its canonical form is made once,
 * however often it is hashed and recorded.
 *
 * @throws as `plainCopy`
 */
export function frozenJson<T>(value: T): T & Json {
  if (isFrozenJson(value)) return value;
  const copy = copyExcept(value, isFrozenJson);
  freeze(copy);
  if (typeof copy === 'object' && copy !== null) forms.set(copy, '');
  // A copy has the members of what was copied; data that would lose any by it was refused.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return copy as T & Json;
}

/** The canonical form of data that {@link frozenJson} gave, if it was made before. */
export function knownForm(value: unknown): string | undefined {
  const form = typeof value === 'object' && value !== null ? forms.get(value) : undefined;
  return form === '' ? undefined : form;
}

/** Keeps the canonical form of data that {@link frozenJson} gave; of anything else, nothing is kept. */
export function keepForm(value: unknown, form: string): void {
  if (isFrozenJson(value)) forms.set(value, form);
}

const isFrozenJson = (value: unknown): value is Json & object =>
  typeof value === 'object' && value !== null && forms.has(value);

/** Plain data has no cycle, and a part that is frozen already is so to the bottom. */
function freeze(value: Json): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  for (const member of Object.values(value)) freeze(member);
  Object.freeze(value);
}
