import { spawn } from 'node:child_process';
import { type Dispose, isJsonObject, type Json, type JsonObject, type Timer, TtpError } from '@ttp/core';
import { type Io, write } from '../io.js';
import { CONFORMANCE_ANSWER_MS, CONFORMANCE_LINE_MAX_BYTES } from '../limits.js';
import { readLines } from '../lines.js';
import { operations } from './operations.js';
import { answer } from './protocol.js';

/** Something that answers the conformance protocol. */
export interface Installation {
  /** The answer to one line. Throws CLI_CONFORMANCE_SILENT where none comes, or none that is a JSON object. */
  ask(line: string): Promise<JsonObject>;
  close(): void;
}

/** This very program. */
export function ownInstallation(): Installation {
  const all = operations();
  return {
    ask: async (line) => objectOf(await answer(new TextEncoder().encode(line), all)),
    close: () => undefined,
  };
}

/** A command that answers a line on standard output for each line on standard input. */
export function foreignInstallation(
  [command = '', ...args]: readonly string[],
  { timer }: Pick<Io, 'timer'>,
): Installation {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const fault = new Promise<never>((_, reject) =>
    child.once('error', (cause) => reject(silent(cause.message))),
  );
  fault.catch(() => undefined); // told to whoever asks
  child.stdin.on('error', () => undefined); // it ended: there is no answer, which is what is said
  const lines = readLines(child.stdout, CONFORMANCE_LINE_MAX_BYTES);
  return {
    async ask(line) {
      const late = afterWhile(timer);
      try {
        void write(child.stdin, `${line}\n`).catch(() => undefined);
        const { value, done = false } = await Promise.race([lines.next(), fault, late.reached]);
        if (done || value === undefined) throw silent('it ended, or answered with more than a line may hold');
        return objectOf(new TextDecoder().decode(value));
      } finally {
        late.cancel();
      }
    },
    close: () => void child.kill(),
  };
}

/** The end of the patience with an answer. */
function afterWhile(timer: Timer): { readonly reached: Promise<never>; readonly cancel: Dispose } {
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = timer.after(CONFORMANCE_ANSWER_MS, () => reject(silent('it does not answer')));
  return { reached: promise, cancel };
}

function objectOf(text: string): JsonObject {
  let json: Json = null;
  try {
    json = JSON.parse(text);
  } catch {
    // said below
  }
  if (isJsonObject(json)) return json;
  throw silent(`it answered ${text.slice(0, 80)}`);
}

const silent = (why: string): TtpError => new TtpError('CLI_CONFORMANCE_SILENT', why);
