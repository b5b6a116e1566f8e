import { readFile } from 'node:fs/promises';
import { TtpError } from '@ttp/core';
import { MCP_SECRET_MAX_BYTES } from '../limits.js';
import { PASSPHRASE_VARIABLE } from '../passphrase.js';

/**
 * A secret from where it is named, `env:NAME` or `file:path`: what stands on a command line is seen by everybody who
 * can list processes. White space around it is taken away, since files end with a line end.
 *
 * @throws CLI_USAGE
 */
export async function readSecret(
  source: string,
  env: Readonly<Record<string, string | undefined>>,
  field: string,
): Promise<string> {
  const [, kind, name = ''] = /^(env|file):(.+)$/s.exec(source) ?? [];
  if (kind === undefined) throw usage('a secret is named by env:NAME or file:path', field);
  const text = kind === 'env' ? fromEnv(name, env) : await fromFile(name, field);
  const secret = text?.trim() ?? '';
  if (secret === '') throw usage(`${kind}:${name} holds nothing`, field);
  return secret;
}

const fromEnv = (name: string, env: Readonly<Record<string, string | undefined>>): string | undefined =>
  name === PASSPHRASE_VARIABLE ? undefined : env[name];

async function fromFile(path: string, field: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new TtpError('CLI_USAGE', `${path} cannot be read`, { field, cause });
  }
  if (bytes.length > MCP_SECRET_MAX_BYTES) throw usage(`${path} is larger than any secret`, field);
  return new TextDecoder().decode(bytes);
}

const usage = (message: string, field: string): TtpError => new TtpError('CLI_USAGE', message, { field });
