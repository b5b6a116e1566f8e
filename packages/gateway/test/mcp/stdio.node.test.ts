import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { memory } from '@ttp/adapters/memory';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock, systemRandom } from '@ttp/adapters/system';
import type { JsonObject, Storage } from '@ttp/core';
import { fromMultikey } from '@ttp/crypto';
import { createIdentity } from '@ttp/did';
import { verifyTrace } from '@ttp/etr-merkle/trace';
import { type McpGateway, openMcpGateway, type StdioUpstream } from '@ttp/gateway/mcp';
import { createTtp, type Ttp } from '@ttp/sdk';
import { afterEach, describe, expect, it } from 'vitest';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

const scripted = (behaviour: string): StdioUpstream => ({
  command: process.execPath,
  args: [fixture('stdio-server.mjs'), behaviour],
});

const POLICY: JsonObject = {
  version: '1.0.0',
  agentDid: 'did:tessorium:agent:stdio:v1',
  rules: [{ id: 'all', effect: 'allow', resources: ['mcp:stdio/*', 'file:**'], actions: ['call', 'read'] }],
  defaultEffect: 'deny',
};

const NO_CALL_MAP: JsonObject = { version: 1, tools: {} };

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Session {
  readonly ttp: Ttp;
  readonly gateway: McpGateway;
  readonly agent: Client;
  text(name: string, input?: JsonObject): Promise<string>;
}

async function open(
  upstream: StdioUpstream,
  {
    policy = POLICY,
    callMap = NO_CALL_MAP,
    storage = memory(),
  }: { readonly policy?: JsonObject; readonly callMap?: JsonObject; readonly storage?: Storage } = {},
): Promise<Session> {
  const identity = await createIdentity({ type: 'agent', random: systemRandom, clock: systemClock });
  const ttp = await createTtp({ identity, storage, policy, callMap, fresh: true });
  const [agentEnd, downstream] = InMemoryTransport.createLinkedPair();
  const gateway = await openMcpGateway({ ttp, server: 'stdio', storage, upstream, downstream });
  const agent = new Client({ name: 'agent', version: '1' });
  closers.push(
    () => ttp.close(),
    () => gateway.close(),
  );
  await agent.connect(agentEnd);
  return {
    ttp,
    gateway,
    agent,
    async text(name, input = {}) {
      const { content } = await agent.callTool({ name, arguments: input });
      return content.map((block) => (block.type === 'text' ? block.text : block.type)).join('');
    },
  };
}

describe('a server over stdio', () => {
  it('gets PATH, HOME and what it is given, and nothing else of this process', async () => {
    process.env['RIG_SECRET'] = 'do not tell';
    closers.push(() => {
      delete process.env['RIG_SECRET'];
    });
    const { text } = await open({ ...scripted('plain'), env: { GIVEN: 'yes' } });
    const names = (await text('environment')).split(' ');
    expect(names).toContain('PATH');
    expect(names).toContain('GIVEN');
    const known = ['GIVEN', 'HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER', '__CF_USER_TEXT_ENCODING'];
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('is gone when the gateway is closed', async () => {
    const { gateway, text } = await open(scripted('plain'));
    const pid = Number(await text('pid'));
    expect(isAlive(pid)).toBe(true);
    await gateway.close();
    expect(isAlive(pid)).toBe(false);
  });

  it('is gone when the agent is', async () => {
    const { gateway, agent, text } = await open(scripted('plain'));
    const pid = Number(await text('pid'));
    await agent.close();
    await gateway.closed;
    expect(isAlive(pid)).toBe(false);
  });

  it('that dies takes the session along', async () => {
    const { gateway, text } = await open(scripted('plain'));
    expect(await text('die')).toContain('Failed: GATEWAY_UPSTREAM_CLOSED');
    await gateway.closed;
  });

  it('that floods takes the session along', async () => {
    const { gateway, text } = await open(scripted('plain'));
    expect(await text('flood')).toContain('Failed: GATEWAY_UPSTREAM_CLOSED');
    await gateway.closed;
  });

  it.each([
    ['does not exist', { command: fixture('no-such-command') }],
    ['crashes at once', scripted('crash')],
  ])('that %s is told to the agent as unreachable', async (_, upstream) => {
    await expect(open(upstream)).rejects.toMatchObject({
      code: -32_080,
      data: { 'ttp/code': 'GATEWAY_UPSTREAM_UNREACHABLE' },
    });
  });

  it('that ends for nothing but SIGKILL does not outlive a host that exits', async () => {
    const args = ['--conditions=@ttp/source', '--import', 'tsx', fixture('careless-host.mjs')];
    const host = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: dirname(fixture('.')) });
    expect(host.stderr).toBe('');
    expect(Number(host.stdout)).toBeGreaterThan(0);
    await expect.poll(() => isAlive(Number(host.stdout))).toBe(false);
  });
});

describe('the MCP filesystem server', () => {
  it('is policed by path, and the whole is verified offline', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'keys'));
    writeFileSync(join(folder, 'a.txt'), 'hello');
    writeFileSync(join(folder, 'keys', 'b.txt'), 'secret');
    const root = folder.slice(1);
    const policy: JsonObject = {
      ...POLICY,
      rules: [
        { id: 'read', effect: 'allow', resources: [`file:${root}/**`], actions: ['read'] },
        { id: 'keys', effect: 'deny', resources: [`file:${root}/keys/**`], actions: ['read'] },
      ],
    };
    const callMap: JsonObject = {
      version: 1,
      tools: { read_text_file: { action: 'read', resource: { scheme: 'file', path: 'input.path' } } },
    };
    const storage: Storage = sqlite(join(folder, 'ttp.db'));
    closers.push(() => storage.close());
    const upstream = { command: process.execPath, args: [filesystemServer(), folder] };
    const { ttp, agent, text } = await open(upstream, { policy, callMap, storage });
    expect((await agent.listTools()).tools.map(({ name }) => name)).toContain('read_text_file');
    expect(await text('read_text_file', { path: join(folder, 'a.txt') })).toContain('hello');
    const denied = await text('read_text_file', { path: join(folder, 'keys', 'b.txt') });
    expect(denied).toContain('SDK_DENIED');
    expect(denied).not.toContain('secret');
    const key = { kid: `${ttp.did}#log-1`, publicKey: fromMultikey(ttp.logKey), origin: ttp.did };
    const report = verifyTrace(await ttp.exportBundle(), { logKeys: [key] });
    expect(report).toMatchObject({ valid: true, findings: [] });
  });
});

describe('the example of the README', () => {
  it('stands between an agent and its server, as a program of its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    const rules = [{ id: 'all', effect: 'allow', resources: ['mcp:files/pid'], actions: ['call'] }];
    writeFileSync(join(folder, 'policy.json'), JSON.stringify({ ...POLICY, rules }));
    const { command, args = [] } = scripted('plain');
    const code = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
      .split('```')[1]
      ?.slice('ts'.length)
      .replace(/'(ttp\.db|policy\.json)'/g, (_, name: string) => JSON.stringify(join(folder, name)))
      .replace(/const upstream = .*/, `const upstream = ${JSON.stringify({ command, args })};`);
    const node = ['--conditions=@ttp/source', '--import', 'tsx', '--input-type=module', '--eval', code ?? ''];
    const agent = new Client({ name: 'agent', version: '1' });
    closers.push(() => agent.close());
    await agent.connect(
      new StdioClientTransport({
        command,
        args: node,
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
      }),
    );
    expect(agent.getServerVersion()).toEqual({ name: 'stdio', version: '1' });
    const { content, _meta } = await agent.callTool({ name: 'pid', arguments: {} });
    expect(_meta).toMatchObject({ 'ttp/outcome': 'done' });
    expect(content).toMatchObject([{ type: 'text', text: expect.stringMatching(/^[0-9]+$/) }]);
    const { _meta: refused } = await agent.callTool({ name: 'environment', arguments: {} });
    expect(refused).toMatchObject({ 'ttp/outcome': 'blocked', 'ttp/code': 'SDK_DENIED' });
  });
});

function filesystemServer(): string {
  const example = new URL('../../../../examples/guarded-agent/package.json', import.meta.url);
  const manifest = createRequire(example).resolve('@modelcontextprotocol/server-filesystem/package.json');
  return join(dirname(manifest), 'dist', 'index.js');
}

/** Whether the process runs. One that ended and that nobody waits for still answers to its number. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false; // no such process
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !readFileSync(stat, 'utf8').includes(') Z ');
}
