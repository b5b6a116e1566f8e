import { isJsonObject, type JsonObject } from '@ttp/core';

/** What begins like this in the `_meta` of a message is the gateway's own word. */
const OWN = 'ttp/';

/**
 * `message` (params, a result, or an error's data) without what its sender put under our names: neither side may
 * speak for the gateway. A `_meta` that is empty then, or no object, is left out.
 */
export function withoutOwnMeta(message: JsonObject): JsonObject {
  const { _meta: meta, ...rest } = message;
  const kept = isJsonObject(meta) ? withoutOwnKeys(meta) : {};
  return Object.keys(kept).length === 0 ? rest : { ...rest, _meta: kept };
}

/** `members` without those under our names. */
export function withoutOwnKeys(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([key]) => !key.startsWith(OWN)));
}

/** The params of a request as they are handed on: the token of its progress is of this hop alone. */
export function forwardable(params: JsonObject): JsonObject {
  const { _meta: meta, ...rest } = withoutOwnMeta(params);
  if (!isJsonObject(meta)) return rest;
  const { progressToken: _, ...kept } = meta;
  return Object.keys(kept).length === 0 ? rest : { ...rest, _meta: kept };
}

/** The token under which the sender of a request wants to hear of its progress. */
export function progressTokenOf(params: JsonObject): string | number | undefined {
  const { _meta: meta } = params;
  const token = isJsonObject(meta) ? meta['progressToken'] : undefined;
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}
