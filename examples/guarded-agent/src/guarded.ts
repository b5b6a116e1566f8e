import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { type Stage, settings } from './stage.ts';

/** What the agent sees of one call: the result, and what the wrapper says about it. */
export interface Answer {
  readonly text: string;
  /** `done`, `blocked`, `failed` or `withheld`. */
  readonly outcome: string;
  readonly code?: string;
  readonly decision?: string;
  readonly reasons: readonly string[];
  /** Position in the log, where it is known. */
  readonly index?: string;
  readonly ms: number;
}

/** An agent's MCP client, connected through `ttp mcp` to the filesystem server. */
export interface GuardedSession {
  tools(): Promise<readonly string[]>;
  call(tool: string, input: Record<string, unknown>): Promise<Answer>;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const shim = fileURLToPath(new URL('shim.ts', import.meta.url));
const server = fileURLToPath(
  new URL('dist/index.js', import.meta.resolve('@modelcontextprotocol/server-filesystem/package.json')),
);

/** How `ttp` runs from the sources of this repository. */
export const ttpCommand = (...args: string[]): readonly string[] => [
  '--conditions=@ttp/source',
  '--import',
  'tsx',
  'packages/cli/src/main.ts',
  ...args,
];

/**
 * Starts the wrapper and, behind it, the shim and the real server; connects as the agent does.
 *
 * @param closers gets what closes the session before anything is started, so that whoever is interrupted can
 */
export async function startSession(
  { path, data, passphrase }: Stage,
  closers: Set<() => Promise<void>>,
): Promise<GuardedSession> {
  const mcp = [
    'mcp',
    '--server',
    'files',
    '--policy',
    settings('policy.json'),
    '--call-map',
    settings('call-map.json'),
  ];
  const kept = [
    '--identity',
    path('agent.json'),
    '--store',
    path('ttp.db'),
    '--operators',
    path('operators.json'),
  ];
  const behind = [process.execPath, shim, path('seen.jsonl'), path('tamper'), process.execPath, server, data];
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...ttpCommand(...mcp, ...kept, '--', ...behind)],
    cwd: root,
    env: { ...inherited(), TTP_PASSPHRASE: passphrase },
    stderr: 'ignore',
  });
  const client = new Client({ name: 'guarded-agent', version: '1.0.0' });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= client.close());
  closers.add(close);
  await client.connect(transport);
  return {
    async tools() {
      return (await client.listTools()).tools.map(({ name }) => name);
    },
    async call(tool, input) {
      const began = performance.now();
      const result = await client.callTool({ name: tool, arguments: input });
      const ms = performance.now() - began;
      return { ...read(result), ms };
    },
    close,
  };
}

const inherited = (): Record<string, string> =>
  Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'SystemRoot'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

function read({ content, _meta: meta = {} }: Awaited<ReturnType<Client['callTool']>>): Omit<Answer, 'ms'> {
  const text = content.map((block) => (block.type === 'text' ? block.text : `[${block.type}]`)).join('\n');
  const word = (name: string): string | undefined => {
    const value = meta[`ttp/${name}`];
    return typeof value === 'string' ? value : undefined;
  };
  const [code, decision, index] = [word('code'), word('decision'), word('index')];
  const reasons = meta['ttp/reasons'];
  return {
    text,
    outcome: word('outcome') ?? 'unknown',
    ...(code === undefined ? {} : { code }),
    ...(decision === undefined ? {} : { decision }),
    ...(index === undefined ? {} : { index }),
    reasons: Array.isArray(reasons) ? reasons.map(String) : [],
  };
}
