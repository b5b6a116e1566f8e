import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ttpCommand } from '../src/guarded.ts';
import { type Stage, settings } from '../src/stage.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const shim = fileURLToPath(new URL('../src/shim.ts', import.meta.url));
const filesystem = fileURLToPath(
  new URL('dist/index.js', import.meta.resolve('@modelcontextprotocol/server-filesystem/package.json')),
);

export type Members = Readonly<Record<string, unknown>>;

/** An answer, as it came. */
export interface Reply {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: Members;
  readonly result?: { readonly content?: readonly Members[]; readonly _meta?: Members } & Members;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Members };
}

/** An agent without any SDK: it writes what lines it likes. */
export interface RawSession {
  /** Writes a line as it is. */
  write(line: string): void;
  /** The answer to the request of this id, which some line asks for. */
  reply(id: string | number): Promise<Reply>;
  request(method: string, params?: Members): Promise<Reply>;
  notify(method: string, params?: Members): void;
  /** Calls a tool; `more` are members beside `name` and `arguments`. */
  call(tool: string, input: unknown, more?: Members): Promise<Reply>;
  /** Answers what the server asks. Whatever has no answer is left without one. */
  readonly answers: Map<string, Members>;
  /** Every line that came. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

/** The command of the official server behind the shim that writes down what reaches it. */
export const filesystemServer = ({ path, data }: Stage): readonly string[] => [
  process.execPath,
  shim,
  path('seen.jsonl'),
  path('tamper'),
  process.execPath,
  filesystem,
  data,
];

/** Starts `ttp mcp` in front of `server`. Nothing is said yet: see {@link introduce}. */
export function startRaw({ path, passphrase }: Stage, server: readonly string[]): RawSession {
  const options = ['--policy', settings('policy.json'), '--call-map', settings('call-map.json')];
  const kept = ['--identity', path('agent.json'), '--store', path('ttp.db')];
  const further = ['--operators', path('operators.json'), '--server', 'files', '--approval-wait', '5'];
  const child = spawn(
    process.execPath,
    [...ttpCommand('mcp', ...options, ...kept, ...further, '--', ...server)],
    { cwd: root, env: { ...process.env, TTP_PASSPHRASE: passphrase }, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const waiting = new Map<string | number, PromiseWithResolvers<Reply>>();
  const answers = new Map<string, Members>();
  const lines: string[] = [];
  let last = 0;

  const waitFor = (id: string | number): PromiseWithResolvers<Reply> => {
    const known = waiting.get(id) ?? Promise.withResolvers<Reply>();
    waiting.set(id, known);
    return known;
  };
  const write = (line: string): void => void child.stdin.write(`${line}\n`);
  const say = (message: Members): void => write(JSON.stringify({ jsonrpc: '2.0', ...message }));

  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const message: Reply = JSON.parse(line);
    const { id, method } = message;
    if (id === undefined) return;
    if (method === undefined) waitFor(id).resolve(message);
    else if (answers.has(method)) say({ id, result: answers.get(method) });
  });

  const session: RawSession = {
    write,
    reply: (id) => waitFor(id).promise,
    request(method, params = {}) {
      const id = `r${(last += 1)}`;
      say({ id, method, params });
      return session.reply(id);
    },
    notify: (method, params = {}) => say({ method, params }),
    call: (tool, input, more = {}) =>
      session.request('tools/call', { name: tool, arguments: input, ...more }),
    answers,
    lines,
    async close() {
      child.stdin.end();
      await ended;
    },
  };
  return session;
}

/** The handshake, as an agent with `capabilities` makes it. */
export async function introduce(session: RawSession, capabilities: Members = {}): Promise<Reply> {
  const clientInfo = { name: 'attacker', version: '1' };
  const reply = await session.request('initialize', {
    protocolVersion: '2025-06-18',
    capabilities,
    clientInfo,
  });
  session.notify('notifications/initialized');
  return reply;
}

/** What reached the server, as the shim wrote it down. */
export function seen({ path }: Stage): readonly { readonly method: string; readonly params?: Members }[] {
  return readFileSync(path('seen.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** `done`, or the code of the refusal. */
export function outcome({ result, error }: Reply): unknown {
  const said = error?.data ?? result?.['_meta'] ?? {};
  return said['ttp/code'] ?? (error === undefined ? said['ttp/outcome'] : error.code);
}

/** The answer as text. */
export const everything = (reply: Reply): string => JSON.stringify(reply);
