import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { guardedFetch } from '@ttp/adapters/fetch';
import { systemClock, systemRandom, systemTimer } from '@ttp/adapters/system';
import type { JsonObject } from '@ttp/core';
import { runCli } from '../src/cli.js';
import type { Io } from '../src/io.js';

/** The passphrase of every key that a test makes. */
export const PASSPHRASE = 'correct horse battery staple';

/** What a command line did. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The streams and environment of a process that a test is. */
export interface TestIo extends Io {
  readonly stdin: PassThrough & { isTTY?: boolean };
  readonly stdout: PassThrough & { isTTY?: boolean };
  readonly stderr: PassThrough & { isTTY?: boolean };
  /** Asks the process to end, as a signal would. */
  end(): void;
}

export function testIo(env: Record<string, string> = { TTP_PASSPHRASE: PASSPHRASE }): TestIo {
  const listeners = new Set<() => void>();
  return {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env: { ...env },
    clock: systemClock,
    random: systemRandom,
    timer: systemTimer,
    openFetch: async () => guardedFetch(),
    onEndRequest(fn) {
      listeners.add(fn);
      return () => void listeners.delete(fn);
    },
    end() {
      for (const listener of listeners) listener();
    },
  };
}

/** Runs a command line in this process. Its standard input is `input`, then ends. */
export async function ttp(argv: readonly string[], input = '', io: TestIo = testIo()): Promise<Ran> {
  io.stdin.end(input);
  const code = await runCli(argv, io);
  return { code, out: textOf(io.stdout), err: textOf(io.stderr) };
}

const textOf = (stream: PassThrough): string => {
  const chunk: unknown = stream.read();
  return Buffer.isBuffer(chunk) ? chunk.toString() : '';
};

/** Runs a command line with --json, and `command` after --: its exit code and its one document. */
export async function ttpJson(
  argv: readonly string[],
  input = '',
  command: readonly string[] = [],
): Promise<{ readonly code: number; readonly json: JsonObject & { readonly error?: JsonObject } }> {
  const behind = command.length === 0 ? [] : ['--', ...command];
  const { code, out } = await ttp([...argv, '--json', ...behind], input);
  return { code, json: JSON.parse(out) };
}

/** A folder for one test file, removed by `remove`. */
export interface Folder {
  at(name: string): string;
  write(name: string, content: unknown): string;
  read(name: string): string;
  remove(): void;
}

export function folder(): Folder {
  const root = mkdtempSync(join(tmpdir(), 'ttp-cli-'));
  const at = (name: string): string => join(root, name);
  return {
    at,
    write(name, content) {
      writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content));
      return at(name);
    },
    read: (name) => readFileSync(at(name), 'utf8'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Reads below data are allowed, payroll needs a human, keys are nobody's. */
export const POLICY: JsonObject = {
  version: '1.0.0',
  agentDid: 'did:tessorium:agent:cli-test:v1',
  requirements: { requireIdentityVerification: true },
  rules: [
    { id: 'read', effect: 'allow', resources: ['file:data/**'], actions: ['read'] },
    {
      id: 'payroll',
      effect: 'allow_with_approval',
      resources: ['file:payroll/**'],
      actions: ['read'],
      humanApproval: {
        required: true,
        reason: 'payroll',
        escalationLevel: 1,
        timeout: 300,
        defaultAction: 'deny',
      },
    },
    { id: 'no-keys', effect: 'deny', resources: ['file:data/keys/**'], actions: ['read'] },
  ],
  defaultEffect: 'deny',
};

export const CALL_MAP: JsonObject = {
  version: 1,
  tools: { read_file: { action: 'read', resource: { scheme: 'file', path: 'input.path' } } },
};
