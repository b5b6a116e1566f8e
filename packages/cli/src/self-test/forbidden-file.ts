import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { inFile, readJson } from '../files/files.js';
import { FORBIDDEN_MAX_CALLS } from '../limits.js';

/** A call that has to be denied, whoever makes it and whenever. */
export interface ForbiddenCall {
  /** For people: what it stands for. */
  readonly name: string;
  readonly server: string;
  readonly tool: string;
  readonly input: JsonObject;
  /** What the caller would say about it. */
  readonly claims: JsonObject;
  /** In place of what the call map says. */
  readonly action?: string;
  readonly resource?: string;
  /** Whether the caller's identity is verified; a built-in call may be one of a stranger. */
  readonly verified: boolean;
}

/**
 * Reads a list of forbidden calls:
 * `{ "version": 1, "calls": [{ "name"?, "server"?, "tool", "input"?, "claims"?, "action"?, "resource"? }] }`.
 *
 * @param server the server of a call that names none
 * @throws CLI_FORBIDDEN_FILE with the field
 */
export function parseForbidden(json: Json, server: string): readonly ForbiddenCall[] {
  if (!isJsonObject(json)) throw malformed('', 'it is an object');
  const { version, calls, ...rest } = json;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw malformed(unknown, 'there is no such member');
  if (version !== 1) throw malformed('version', 'it is 1');
  if (!Array.isArray(calls) || calls.length === 0 || calls.length > FORBIDDEN_MAX_CALLS)
    throw malformed('calls', `it is a list of 1 to ${FORBIDDEN_MAX_CALLS}`);
  return calls.map((call: Json, i) => callAt(call, server, `calls[${i}]`));
}

function callAt(json: Json, defaultServer: string, field: string): ForbiddenCall {
  if (!isJsonObject(json)) throw malformed(field, 'it is an object');
  const { name, server = defaultServer, tool, input = {}, claims = {}, action, resource, ...rest } = json;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw malformed(`${field}.${unknown}`, 'there is no such member');
  if (typeof tool !== 'string' || tool === '') throw malformed(`${field}.tool`, 'it is the name of a tool');
  if (typeof server !== 'string' || server === '') throw malformed(`${field}.server`, 'it is a text');
  if (!isJsonObject(input)) throw malformed(`${field}.input`, 'it is an object');
  if (!isJsonObject(claims)) throw malformed(`${field}.claims`, 'it is an object');
  const optional = { name, action, resource };
  for (const [member, value] of Object.entries(optional))
    if (value !== undefined && typeof value !== 'string')
      throw malformed(`${field}.${member}`, 'it is a text');
  return {
    name: typeof name === 'string' ? name : `${field} (${tool})`,
    server,
    tool,
    input,
    claims,
    ...(typeof action === 'string' ? { action } : {}),
    ...(typeof resource === 'string' ? { resource } : {}),
    verified: true,
  };
}

/** The calls in a file. Throws CLI_FORBIDDEN_FILE, CLI_FILE_*, CRYPTO_JSON_*. */
export async function readForbidden(path: string, server: string): Promise<readonly ForbiddenCall[]> {
  const json = await readJson(path, { field: 'forbidden' });
  return inFile(path, 'forbidden', () => parseForbidden(json, server));
}

const malformed = (field: string, why: string): TtpError =>
  new TtpError('CLI_FORBIDDEN_FILE', `${field || 'the list'}: ${why}`, { field });
