import { isTtpError, TtpError } from '@ttp/core';
import type { Answer } from './answer.js';
import { type ExitCode, exitCodeOf } from './exit-codes.js';
import type { Format } from './format.js';
import { hintOf } from './hints.js';
import { type Io, type OutputStream, write } from './io.js';
import { paintFor } from './terminal.js';

/** Prints what a command answers. */
export async function print(answer: Answer, { json }: Format, { stdout, env }: Io): Promise<ExitCode> {
  const text = json ? JSON.stringify(answer.json) : answer.text(paintFor(stdout, env));
  await write(stdout, `${text}\n`);
  return answer.exit;
}

/** Says what went wrong, and what to do where that is known: code, message and field, never a stack trace. */
export async function report(error: unknown, { json, errors }: Format, io: Io): Promise<ExitCode> {
  const known = isTtpError(error)
    ? error
    : new TtpError('CLI_FAILED', error instanceof Error ? error.message : 'something unknown was thrown');
  const { stdout, stderr, env } = io;
  if (errors === 'stderr') await (json ? asJson : asText)(known, stderr, env);
  else {
    await asJson(known, stdout);
    if (errors === 'both') await asText(known, stderr, env);
  }
  return exitCodeOf(error);
}

async function asJson(error: TtpError, stream: OutputStream): Promise<void> {
  const hint = hintOf(error);
  const json = { ...error.toJSON(), ...(hint === undefined ? {} : { hint }) };
  await write(stream, `${JSON.stringify({ error: json })}\n`);
}

async function asText(error: TtpError, stream: OutputStream, env: Io['env']): Promise<void> {
  // With an error alone: no command line that goes well waits for the package.
  const { visible } = await import('@ttp/oversight');
  const { code, message, field = '' } = error;
  const hint = hintOf(error);
  const line = `ttp: ${visible(message)}${field === '' ? '' : ` (${visible(field)})`} [${code}]`;
  const advice = hint === undefined ? '' : `  try: ${visible(hint)}\n`;
  await write(stream, `${paintFor(stream, env).bad(line)}\n${advice}`);
}
