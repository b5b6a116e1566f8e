import { TtpError } from '@ttp/core';
import { HintedError } from './hints.js';
import { type InputStream, type Io, write } from './io.js';
import { PASSPHRASE_MAX_CHARACTERS, PASSPHRASE_MIN_CHARACTERS } from './limits.js';

/** The variable that a passphrase may come in. */
export const PASSPHRASE_VARIABLE = 'TTP_PASSPHRASE';

/** The variable that the passphrase to change to may come in. */
export const NEW_PASSPHRASE_VARIABLE = 'TTP_NEW_PASSPHRASE';

/** Asks for the passphrase of something. */
export interface Passphrases {
  /**
   * @param what whose passphrase it is, for the prompt
   * @param options `isNew`: it has to be long enough, and is typed in twice
   * @throws CLI_PASSPHRASE_MISSING, CLI_PASSPHRASE_SHORT, CLI_PASSPHRASE_MISMATCH, CLI_PASSPHRASE_ABORTED
   */
  get(what: string, options?: { readonly isNew?: boolean }): Promise<string>;
}

/**
 * Passphrases from TTP_PASSPHRASE, or another `variable`, or from whoever sits at the terminal. The variable is deleted from the environment
 * at once, so that no process started later inherits it.
 *
 * @param options `isInteractive`: false where standard input is not the user's
 */
export function passphrases(
  io: Io,
  {
    isInteractive = true,
    variable = PASSPHRASE_VARIABLE,
  }: { readonly isInteractive?: boolean; readonly variable?: string } = {},
): Passphrases {
  const given = io.env[variable];
  delete io.env[variable];
  return {
    async get(what, { isNew = false } = {}) {
      if (given !== undefined && given !== '') {
        if (isNew) requireLong(given, what);
        return given;
      }
      if (!isInteractive)
        throw new HintedError(
          'CLI_PASSPHRASE_MISSING',
          `the passphrase of ${what} is missing, and standard input is not there to ask for it`,
          `${variable} in the environment`,
          variable,
        );
      if (io.stdin.isTTY !== true)
        throw new HintedError(
          'CLI_PASSPHRASE_MISSING',
          `the passphrase of ${what} is missing, and this is no terminal`,
          `${variable} in the environment, or a terminal`,
          variable,
        );
      const typed = await ask(io, `Passphrase of ${what}: `);
      if (!isNew) return typed;
      requireLong(typed, what);
      if ((await ask(io, 'The same again: ')) !== typed)
        throw new TtpError('CLI_PASSPHRASE_MISMATCH', 'the two passphrases differ');
      return typed;
    },
  };
}

function requireLong(passphrase: string, what: string): void {
  if (Array.from(passphrase).length < PASSPHRASE_MIN_CHARACTERS)
    throw new TtpError(
      'CLI_PASSPHRASE_SHORT',
      `the passphrase of ${what} is too short: choose at least ${PASSPHRASE_MIN_CHARACTERS} characters, such as five random words`,
      { field: PASSPHRASE_VARIABLE },
    );
}

/** Shows a prompt on standard error, which is never the answer, and reads one line that is not shown. */
async function ask(io: Io, prompt: string): Promise<string> {
  await write(io.stderr, prompt);
  const { stdin } = io;
  stdin.setRawMode?.(true);
  try {
    return await readLine(stdin);
  } finally {
    stdin.setRawMode?.(false);
    await write(io.stderr, '\n');
  }
}

const ENTER = ['\r', '\n'];
const BACKSPACE = ['\u007f', '\b'];
/** Ctrl-C and Ctrl-D: in raw mode the terminal sends them as characters. */
const ABORT = ['\u0003', '\u0004'];

function readLine(stdin: InputStream): Promise<string> {
  return new Promise((resolve, reject) => {
    const decoder = new TextDecoder();
    let line: string[] = [];
    const stop = (): void => {
      stdin.off('data', take);
      stdin.off('end', aborted);
      stdin.pause();
    };
    const aborted = (): void => {
      stop();
      reject(new TtpError('CLI_PASSPHRASE_ABORTED', 'no passphrase was typed in'));
    };
    function take(chunk: Uint8Array | string): void {
      const typed = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
      let taken = 0;
      for (const character of typed) {
        taken += character.length;
        if (ABORT.includes(character)) return aborted();
        if (ENTER.includes(character)) {
          stop();
          // Two lines pasted at once: what follows belongs to the next question.
          if (taken < typed.length) stdin.unshift(Buffer.from(typed.slice(taken)));
          return resolve(line.join(''));
        }
        line = BACKSPACE.includes(character)
          ? line.slice(0, -1)
          : [...line, character].slice(0, PASSPHRASE_MAX_CHARACTERS);
      }
    }
    stdin.on('data', take);
    stdin.once('end', aborted);
    stdin.resume();
  });
}
