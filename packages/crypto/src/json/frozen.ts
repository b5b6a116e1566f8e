import type { Json } from '@ttp/core';
import { copyExcept } from './plain.js';

/** The canonical form of frozen data, from when it was first asked for, and what it counts for in a larger value. */
export interface FrozenForm {
  /** Empty before it was asked for. */
  text: string;
  /** All values in it, itself too. */
  values: number;
  /** Containers inside each other below the outermost one. */
  height: number;
}

/** Data that was frozen here. */
const forms = new WeakMap<object, FrozenForm>();

/**
 * JSON data that nobody can change any more, whoever gets it: a copy as `plainCopy` makes it, frozen to the
 * bottom. Data that this function gave is taken as it is, as a whole and as a part. Its canonical form is made once,
 * however often it is hashed and recorded, also as a part.
 *
 * @throws as `plainCopy`
 */
export function frozenJson<T>(value: T): T & Json {
  if (isFrozenJson(value)) return value;
  const copy = copyExcept(value, isFrozenJson);
  freeze(copy);
  if (typeof copy === 'object' && copy !== null) forms.set(copy, { text: '', values: 0, height: 0 });
  // A copy has the members of what was copied; data that would lose any by it was refused.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return copy as T & Json;
}

/** The form of data that {@link frozenJson} gave; undefined for any other, its parts too. */
export const formOf = (container: object): FrozenForm | undefined => forms.get(container);

const isFrozenJson = (value: unknown): value is Json & object =>
  typeof value === 'object' && value !== null && forms.has(value);

/** Plain data has no cycle, and a part that is frozen already is so to the bottom. */
function freeze(value: Json): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  for (const member of Object.values(value)) freeze(member);
  Object.freeze(value);
}
