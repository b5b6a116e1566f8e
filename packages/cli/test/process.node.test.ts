import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import { encryptKey } from '@ttp/crypto';
import { createIdentity } from '@ttp/did';
import { createKillSwitch } from '@ttp/guard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatIdentityFile } from '../src/files/identity-file.js';
import { CALL_MAP, type Folder, folder, PASSPHRASE, POLICY } from './harness.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const TSX = ['--import', 'tsx', '--conditions=@ttp/source'];
const CLI = at('../src/main.ts');
const ADAPTER = at('../../../conformance/src/main.ts');

/** The last change below a folder, ms; 0 where there is nothing. */
function changedAt(folderPath: string, isMeant: (name: string) => boolean): number {
  if (!existsSync(folderPath)) return 0;
  const files = readdirSync(folderPath, { recursive: true, encoding: 'utf8' }).filter(isMeant);
  return Math.max(0, ...files.map((name) => statSync(join(folderPath, name)).mtimeMs));
}

/** Whether what stands in the `dist` of the command line and its packages is made of their `src`. */
function isBuilt(): boolean {
  const { dependencies } = JSON.parse(readFileSync(at('../package.json'), 'utf8'));
  const packages = Object.keys(dependencies).filter((name) => name.startsWith('@ttp/'));
  return ['@ttp/cli', ...packages].every((name) => {
    const root = at(`../../${name.replace('@ttp/', '')}`);
    const built = changedAt(join(root, 'dist'), (file) => file.endsWith('.js'));
    return built > changedAt(join(root, 'src'), (file) => file.endsWith('.ts'));
  });
}

let dir: Folder;
beforeAll(() => {
  dir = folder();
});
afterAll(() => dir.remove());

/** Starts a script as the tasks of the repository do. */
const start = (script: string, args: readonly string[], env: Record<string, string> = {}) =>
  spawned([...TSX, script, ...args], env);

function spawned(words: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [...words], {
    cwd: at('../../..'),
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const ended = once(child, 'close').then(([code]: unknown[]) => ({ code, ...said }));
  return { child, said, ended };
}

async function run(script: string, args: readonly string[], input = '') {
  const { child, ended } = start(script, args);
  child.stdin.end(input);
  return ended;
}

describe('the process', () => {
  it('answers on standard output, complains on standard error, ends with its exit code', async () => {
    const lint = (): ReturnType<typeof start> => start(CLI, ['policy', 'lint', '-', '--json']);
    const [{ child, ended }, unread] = [lint(), lint()];
    unread.child.stdout.destroy();
    for (const { stdin } of [child, unread.child]) stdin.end(JSON.stringify(POLICY));
    const missed = run(CLI, ['policy', 'lint', 'nowhere.json']);
    const [linted, missing, { err }] = await Promise.all([ended, missed, unread.ended]);
    // Nobody has to read what is answered.
    expect(err).toBe('');
    expect(linted).toMatchObject({ code: 1, err: '' });
    expect(JSON.parse(linted.out)).toHaveProperty('findings');
    expect(missing).toMatchObject({
      code: 3,
      err: expect.stringMatching(
        /^ttp: there is no nowhere.json, .* \(file\) \[CLI_FILE_MISSING\]\n {2}try: /,
      ),
    });
    expect(JSON.parse(missing.out)).toHaveProperty('error.code', 'CLI_FILE_MISSING');
  });

  it('is what bin/ttp.mjs starts once it is built', async ({ skip }) => {
    skip(!isBuilt(), 'dist is absent or older than src: node tools/run.mjs build');
    const [help, unknown] = await Promise.all(
      [['--help'], ['frobnicate', '--text']].map((words) => spawned([at('../bin/ttp.mjs'), ...words]).ended),
    );
    expect(help).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^Usage: ttp /) });
    expect(unknown).toMatchObject({ code: 2, out: '', err: expect.stringContaining('[CLI_USAGE]') });
  });

  it('is the conformance adapter, which signs raw bytes', async () => {
    const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
    const sign = JSON.stringify({ id: 1, op: 'ed25519.sign', seed, message: '' });
    const short = JSON.stringify({ id: 2, op: 'ed25519.sign', seed: '00', message: '' });
    const adapter = await run(ADAPTER, [], `${sign}\n${short}\n`);
    const signature =
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b';
    expect(adapter).toEqual({
      code: 0,
      out: `{"id":1,"result":{"signature":"${signature}"}}\n{"error":{"code":"CONFORMANCE_BAD_REQUEST"},"id":2}\n`,
      err: '',
    });
  });

  it('wraps a server until it is told to end, and leaves no server behind', async () => {
    const { did, seed, keyLog } = await createIdentity({ type: 'agent', random, clock });
    const key = await encryptKey({ seed, did, passphrase: PASSPHRASE, random });
    dir.write('agent.json', formatIdentityFile(keyLog, key));
    const storage = sqlite(dir.at('ttp.db'));
    const kill = await createKillSwitch({ storage, clock, timer });
    await kill.enrol(did, true);
    kill.close();
    await storage.close();
    const files = [
      '--policy',
      dir.write('policy.json', POLICY),
      '--call-map',
      dir.write('calls.json', CALL_MAP),
    ];
    const wrapper = start(
      CLI,
      [
        'mcp',
        ...files,
        '--identity',
        dir.at('agent.json'),
        '--store',
        dir.at('ttp.db'),
        '--server',
        'fixture',
        '--',
        process.execPath,
        at('fixtures/server.mjs'),
        '--say-pid',
      ],
      { TTP_PASSPHRASE: PASSPHRASE },
    );
    const send = (message: object): boolean =>
      wrapper.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const answered = (id: number): Promise<void> =>
      expect.poll(() => wrapper.said.out, { timeout: 20_000, interval: 20 }).toContain(`"id":${id}`);
    const clientInfo = { name: 'test', version: '1' };
    send({
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
    });
    await answered(1);
    send({ method: 'notifications/initialized' });
    send({ id: 2, method: 'tools/call', params: { name: 'read_file', arguments: { path: 'data/a.txt' } } });
    await answered(2);
    wrapper.child.kill('SIGTERM');
    const { code, out, err } = await wrapper.ended;
    expect(code).toBe(0);
    const server = Number(/^server (\d+)$/m.exec(err)?.[1]);
    expect(() => process.kill(server, 0)).toThrow(/ESRCH/);
    for (const line of out.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('jsonrpc', '2.0');
    expect(out).toContain('content of data/a.txt');
  });
});
