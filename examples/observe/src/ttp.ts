import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { ToolCall } from './session.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const server = fileURLToPath(
  new URL('dist/index.js', import.meta.resolve('@modelcontextprotocol/server-filesystem/package.json')),
);

/** `ttp` from the sources of this repository; elsewhere it is just `ttp`. */
const TTP = ['--conditions=@ttp/source', '--import', 'tsx', 'packages/cli/src/main.ts'];
const PASSPHRASE = 'correct horse battery staple';

const environment = (): Record<string, string> => ({
  ...Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'SystemRoot'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  ),
  TTP_PASSPHRASE: PASSPHRASE,
});

/** What a command line answered. */
export interface Ran {
  readonly code: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Runs one command line to its end. */
export const ttp = (...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [...TTP, ...args, '--json'],
      { cwd: root, env: environment() },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code !== 'number') reject(error ?? new Error(stderr));
        else resolve({ code, json: JSON.parse(stdout) });
      },
    );
  });

/** What an agent sees of one call. */
export interface Answer extends ToolCall {
  readonly text: string;
  readonly isError: boolean;
  /** What the gateway says about it. */
  readonly meta: Readonly<Record<string, unknown>>;
}

/** Makes calls through `ttp mcp` to the filesystem server, one after the other. */
export async function callAll(
  folder: string,
  mcp: readonly string[],
  calls: readonly ToolCall[],
): Promise<{ readonly answers: readonly Answer[]; readonly said: string }> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...TTP, 'mcp', '--server', 'files', ...mcp, '--', process.execPath, server, folder],
    cwd: root,
    env: environment(),
    stderr: 'pipe',
  });
  let said = '';
  transport.stderr?.on('data', (chunk) => (said += String(chunk)));
  const client = new Client({ name: 'reporter', version: '1.0.0' });
  const answers: Answer[] = [];
  try {
    await client.connect(transport);
    for (const { tool, input } of calls) {
      const result = await client.callTool({ name: tool, arguments: { ...input } });
      const { content, isError = false, _meta: meta = {} } = result;
      const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
      answers.push({ tool, input, text, isError, meta });
    }
  } finally {
    await client.close();
  }
  return { answers, said };
}
