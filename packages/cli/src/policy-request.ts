import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import type { PolicyRequest } from '@ttp/spl';

/**
 * A request as `evaluate` of @ttp/spl takes it: `resource` and `action`, and the attributes under the source they
 * come from. A source left out knows nothing, which never grants; a member that is unknown is refused, since it was
 * meant to say something.
 *
 * @param now wall clock, ms, unless the request says when
 * @throws CLI_REQUEST with the field
 */
export function parsePolicyRequest(json: Json | undefined, now: number): PolicyRequest {
  if (!isJsonObject(json)) throw malformed('', 'the request is an object');
  const { resource, action, now: at = now, engine, resolver, registry, caller, ...rest } = json;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw malformed(unknown, 'there is no such member');
  if (typeof resource !== 'string') throw malformed('resource', 'it is a text');
  if (typeof action !== 'string') throw malformed('action', 'it is a text');
  // A time that is none is for `evaluate` to judge: conditions on it are unknown.
  if (typeof at !== 'number') throw malformed('now', 'it is a time in ms since 1970');
  return {
    resource,
    action,
    now: at,
    engine: facts(engine, 'engine'),
    resolver: facts(resolver, 'resolver'),
    registry: facts(registry, 'registry'),
    caller: facts(caller, 'caller'),
  };
}

function facts(json: Json = {}, field: string): JsonObject {
  if (isJsonObject(json)) return json;
  throw malformed(field, 'it is an object of attributes');
}

const malformed = (field: string, why: string): TtpError =>
  new TtpError('CLI_REQUEST', `${field || 'the request'}: ${why}`, { field });
