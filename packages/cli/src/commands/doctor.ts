import { type Did, isTtpError, type JsonObject } from '@ttp/core';
import { visible } from '@ttp/oversight';
import type { Answer } from '../answer.js';
import type { Check } from '../doctor/check.js';
import { checkIdentity, didOfFile } from '../doctor/identity.js';
import { checkNode } from '../doctor/machine.js';
import { checkPolicies } from '../doctor/policy.js';
import { checkStorage } from '../doctor/storage.js';
import { EXIT } from '../exit-codes.js';
import { PASSPHRASE_VARIABLE } from '../passphrase.js';
import type { Call } from '../verb.js';

interface DoctorOptions {
  readonly identity?: string;
  readonly store?: string;
  readonly logKey?: string;
  readonly policy?: string;
  readonly callMap?: string;
  readonly operators?: string;
}

/** `ttp doctor`: what stands in the way of an enforcement point. */
export async function run({ options, io: given }: Call<DoctorOptions>): Promise<Answer> {
  // Several checks ask for the passphrase, and no process started later is to inherit it.
  const io = { ...given, env: { ...given.env } };
  delete given.env[PASSPHRASE_VARIABLE];
  const agent = options.identity === undefined ? undefined : await knownDid(options.identity);
  const checks: readonly Check[] = [
    checkNode(process.versions.node),
    ...(await checkIdentity(options.identity, io)),
    ...(await checkStorage(options, agent, io)),
    ...(await checkPolicies(options, io)),
  ];
  const failed = checks.filter(({ status }) => status === 'fail').length;
  return {
    exit: failed === 0 ? EXIT.ok : EXIT.no,
    json: { healthy: failed === 0, checks: checks.map((check): JsonObject => ({ ...check })) },
    text: ({ good, bad }) =>
      checks
        .flatMap(({ name, status, says, todo }) => {
          const mark = MARKS[status];
          const shown = status === 'fail' ? bad(mark) : status === 'ok' ? good(mark) : mark;
          const line = `${shown}  ${name.padEnd(11)}  ${visible(says)}`;
          return todo === undefined ? [line] : [line, `                   try: ${visible(todo)}`];
        })
        .join('\n'),
  };
}

const MARKS: Readonly<Record<Check['status'], string>> = {
  ok: 'ok  ',
  warn: 'warn',
  fail: 'FAIL',
  skipped: '-   ',
};

/** Undefined where the identity cannot be read, which its own check says. */
async function knownDid(path: string): Promise<Did | undefined> {
  try {
    return await didOfFile(path);
  } catch (error) {
    if (isTtpError(error)) return undefined;
    throw error;
  }
}
