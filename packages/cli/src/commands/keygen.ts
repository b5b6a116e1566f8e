import { TtpError } from '@ttp/core';
import type { Answer } from '../answer.js';
import type { Call } from '../verb.js';
import { type CreateOptions, run as createIdentity } from './did/create.js';
import { run as createKey, type KeyCreateOptions } from './key/create.js';

/** `ttp keygen`: the short way to `did create`, and with --operator to `key create`. */
export function run(call: Call<Omit<CreateOptions, 'guardian'> & KeyCreateOptions>): Promise<Answer> {
  const { operator, store } = call.options;
  if (operator === undefined) return createIdentity({ ...call, options: { ...call.options, guardian: [] } });
  if (store !== undefined)
    throw new TtpError('CLI_USAGE', 'an operator has no kill record: leave --store out', { field: 'store' });
  return createKey(call);
}
