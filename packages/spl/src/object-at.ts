import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { fail } from './fail.js';
import { at } from './field.js';
import { hint } from './suggest.js';

/**
 * The object at `field`, which has none but these keys.
 * @throws SPL_BAD_TYPE, SPL_UNKNOWN_KEY
 */
export function objectAt(json: Json | undefined, field: string, keys: readonly string[]): JsonObject {
  if (!isJsonObject(json)) return fail('SPL_BAD_TYPE', 'expected object', field);
  for (const key of Object.keys(json))
    if (!keys.includes(key))
      fail('SPL_UNKNOWN_KEY', `no key ${at(field, key)}${hint(key, keys)}`, at(field, key));
  return json;
}
