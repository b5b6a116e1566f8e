import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';

/** A result as the JSON it is printed as: the interfaces of a package are no JSON objects to the compiler. */
export function plainJson(value: object): JsonObject {
  const json: Json = JSON.parse(JSON.stringify(value));
  if (isJsonObject(json)) return json;
  throw new TtpError('CLI_FAILED', 'the answer is no object');
}
