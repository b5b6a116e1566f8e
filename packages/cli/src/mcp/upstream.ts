import { TtpError } from '@ttp/core';
import type { HttpUpstream, StdioUpstream } from '@ttp/gateway/mcp';
import type { Io } from '../io.js';
import { PASSPHRASE_VARIABLE } from '../passphrase.js';
import { readSecret } from './secret-source.js';

/** The options that say what the server is given. */
export interface UpstreamOptions {
  readonly passEnv: readonly string[];
  readonly upstreamHeader: readonly string[];
}

/**
 * The server behind `ttp mcp`: a command, or where it listens.
 *
 * @param words `npx server ./files`, or one URL
 * @throws CLI_USAGE
 */
export async function readUpstream(
  words: readonly string[],
  { passEnv, upstreamHeader }: UpstreamOptions,
  { env }: Pick<Io, 'env'>,
): Promise<StdioUpstream | HttpUpstream> {
  const [first = '', ...args] = words;
  if (!/^https?:\/\//i.test(first)) {
    if (upstreamHeader.length > 0)
      throw usage('a server that is started takes --pass-env and no headers', 'upstream-header');
    return { command: first, args, env: passed(passEnv, env) };
  }
  if (args.length > 0) throw usage('a URL is the whole of the server', 'command');
  if (passEnv.length > 0) throw usage('a server that listens takes headers and no environment', 'pass-env');
  const headers: Record<string, string> = {};
  for (const header of upstreamHeader) {
    const [, name = '', source = ''] = /^([^=]+)=(.+)$/s.exec(header) ?? [];
    headers[name] = await readSecret(source, env, 'upstream-header');
  }
  return { url: first, headers };
}

/** The variables that the server is to have. Throws CLI_USAGE for one that is not set: the server would miss it. */
function passed(names: readonly string[], env: Io['env']): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = env[name];
    if (value === undefined || name === PASSPHRASE_VARIABLE)
      throw usage(`${name} is not a variable that can be passed on`, 'pass-env');
    values[name] = value;
  }
  return values;
}

const usage = (message: string, field: string): TtpError => new TtpError('CLI_USAGE', message, { field });
