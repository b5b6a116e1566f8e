import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import type { JsonObject } from '@ttp/core';
import { encryptKey, hashBytes, keyPairOf, multikey, utf8 } from '@ttp/crypto';
import { createIdentity, type Identity, recoverIdentity } from '@ttp/did';
import { createKillSwitch } from '@ttp/guard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli.js';
import { formatIdentityFile } from '../../src/files/identity-file.js';
import {
  CALL_MAP,
  type Folder,
  folder,
  PASSPHRASE,
  POLICY,
  ttp as run,
  type TestIo,
  testIo,
} from '../harness.js';

const SERVER = [process.execPath, fileURLToPath(new URL('../fixtures/server.mjs', import.meta.url))];

let dir: Folder;
let identity: Identity;

beforeAll(async () => {
  dir = folder();
  identity = await createIdentity({ type: 'agent', random, clock });
  const { did, seed, keyLog } = identity;
  dir.write(
    'agent.json',
    formatIdentityFile(keyLog, await encryptKey({ seed, did, passphrase: PASSPHRASE, random })),
  );
  dir.write('policy.json', {
    ...POLICY,
    rules: [
      { id: 'read', effect: 'allow', resources: ['file:data/**'], actions: ['read'] },
      { id: 'env', effect: 'allow', resources: ['mcp:fixture/environment'], actions: ['call'] },
    ],
  });
  dir.write('calls.json', CALL_MAP);
  const storage = sqlite(dir.at('ttp.db'));
  const kill = await createKillSwitch({ storage, clock, timer });
  await kill.enrol(did, true);
  kill.close();
  await storage.close();
});
afterAll(() => dir.remove());

const argv = (...more: readonly string[]): readonly string[] => [
  'mcp',
  '--policy',
  dir.at('policy.json'),
  '--call-map',
  dir.at('calls.json'),

  '--identity',
  dir.at('agent.json'),
  '--store',
  dir.at('ttp.db'),
  '--server',
  'fixture',
  ...more,
  '--',
  ...SERVER,
];

/** An agent that speaks to `ttp mcp`, one question at a time. */
function agentOf(io: TestIo) {
  const lines = createInterface({ input: io.stdout })[Symbol.asyncIterator]();
  let id = 0;
  return async (
    method: string,
    params: JsonObject = {},
  ): Promise<{ result?: JsonObject; error?: JsonObject }> => {
    io.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })}\n`);
    const { value } = await lines.next();
    return JSON.parse(String(value));
  };
}

async function introduce(ask: ReturnType<typeof agentOf>, io: TestIo): Promise<void> {
  await ask('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  });
  io.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
}

describe('ttp mcp', () => {
  it('cannot run where the server does not start, and says so to the agent and on standard error', async () => {
    const io = testIo();
    const ended = runCli([...argv().slice(0, -SERVER.length), dir.at('no-such-server')], io);
    const { error } = await agentOf(io)('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    });
    expect(error).toMatchObject({ data: { 'ttp/code': 'GATEWAY_UPSTREAM_UNREACHABLE' } });
    expect(await ended).toBe(3);
    expect(String(io.stderr.read())).toMatch(
      /\[GATEWAY_UPSTREAM_UNREACHABLE\]; try: the server command by itself.*--pass-env/,
    );
  });

  it('takes a bad name of the server for bad input', async () => {
    const { code, err } = await run(argv('--server', 'two words'));
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('[GATEWAY_BAD_OPTION]') });
  });

  it('permits, refuses and records what goes through it, and ends with the agent', async () => {
    const io = testIo({ TTP_PASSPHRASE: PASSPHRASE, TOKEN: 'for the server', OTHER: 'not for the server' });
    const ended = runCli(argv('--pass-env', 'TOKEN'), io);
    const ask = agentOf(io);
    await introduce(ask, io);

    const { result: read } = await ask('tools/call', {
      name: 'read_file',
      arguments: { path: 'data/a.txt' },
    });
    expect(read).toMatchObject({
      content: [{ text: 'content of data/a.txt' }],
      _meta: { 'ttp/outcome': 'done' },
    });
    const { result: refused } = await ask('tools/call', {
      name: 'read_file',
      arguments: { path: 'etc/passwd' },
    });
    expect(refused).toMatchObject({
      isError: true,
      _meta: { 'ttp/outcome': 'blocked', 'ttp/code': 'SDK_DENIED' },
    });
    expect(JSON.stringify(refused)).not.toContain('content of');

    const { result: told } = await ask('tools/call', { name: 'environment', arguments: {} });
    const names = JSON.stringify(told).match(/\b[A-Z_]{2,}\b/g) ?? [];
    expect(names).toContain('TOKEN');
    expect(names).not.toContain('OTHER');
    expect(names).not.toContain('TTP_PASSPHRASE');

    io.stdin.end();
    expect(await ended).toBe(0);
    const said = String(io.stderr.read());
    expect(said).toMatch(
      /^ttp: did:ttp:agent:Qm\w+ in front of fixture, policy sha256:\w+, log key (z6Mk\w+)\n/,
    );
    expect(said).toContain(': SDK_DENIED\n');

    const key = /log key (\w+)/.exec(said)?.[1] ?? '';
    const exporting = [
      '--store',
      dir.at('ttp.db'),
      '--identity',
      dir.at('agent.json'),
      '--out',
      dir.at('log.jsonl'),
    ];
    expect((await run(['trace', 'export', ...exporting])).code).toBe(0);
    const { code, out } = await run(['verify', '--text', dir.at('log.jsonl'), '--log-key', key]);
    expect({ code, replayed: out.includes('3 decisions: 3 the same') }).toEqual({ code: 0, replayed: true });
  });

  it.each([
    [
      'a parent answers for',
      async () => {
        const parent = await createIdentity({ type: 'publisher', random, clock });
        return {
          ...(await createIdentity({ type: 'agent', random, clock, parent })),
          related: [parent.keyLog],
        };
      },
    ],
    [
      'was recovered a day ago',
      async () => {
        const backup = keyPairOf(random.bytes(32));
        const recovery = { backup: hashBytes(utf8(multikey(backup.publicKey))) };
        const { keyLog } = await createIdentity({ type: 'agent', random, clock, recovery });
        return {
          ...(await recoverIdentity({ keyLog, backupSeed: backup.seed, random, clock })),
          related: [],
        };
      },
    ],
  ])('runs for an identity that %s', async (_, make) => {
    const { did, seed, keyLog, related } = await make();
    const key = await encryptKey({ seed, did, passphrase: PASSPHRASE, random });
    dir.write('other.json', formatIdentityFile(keyLog, key, related));
    const storage = sqlite(dir.at(`${did.slice(-8)}.db`));
    const kill = await createKillSwitch({ storage, clock, timer });
    await kill.enrol(did, true);
    kill.close();
    await storage.close();
    const words = argv().map((word) =>
      word === dir.at('agent.json')
        ? dir.at('other.json')
        : word === dir.at('ttp.db')
          ? dir.at(`${did.slice(-8)}.db`)
          : word,
    );
    const io = testIo();
    const later = { now: () => clock.now() + 25 * 3_600_000, monotonic: () => clock.monotonic() };
    const ended = runCli(words, { ...io, clock: later });
    const ask = agentOf(io);
    await introduce(ask, io);
    const { result } = await ask('tools/call', { name: 'read_file', arguments: { path: 'data/a.txt' } });
    expect(result).toMatchObject({ _meta: { 'ttp/outcome': 'done' } });
    io.stdin.end();
    expect(await ended).toBe(0);
  });

  it('says once what it refused of the agent', async () => {
    const io = testIo();
    const ended = runCli(argv(), io);
    io.stdin.write('{"jsonrpc":"2.0","method":"early","method":"x"}\n');
    await introduce(agentOf(io), io);
    io.stdin.end('{"jsonrpc":"2.0","id":9,"method":"ping","method":"tools/list"}\n');
    expect(await ended).toBe(0);
    // One before the introduction, one after it.
    expect(String(io.stderr.read()).match(/CRYPTO_JSON_DUPLICATE_KEY/g)).toHaveLength(2);
  });

  it.each([
    [
      'a policy that fails the self-test',
      () => ['--forbidden', dir.at('forbidden.json')],
      1,
      'CLI_SELF_TEST_FAILED',
    ],
    ['a variable that is not set', () => ['--pass-env', 'TTP_TEST_NOT_SET'], 2, 'CLI_USAGE'],
    ['its own passphrase', () => ['--pass-env', 'TTP_PASSPHRASE'], 2, 'CLI_USAGE'],
    ['a roster that is none', () => ['--operators', dir.at('policy.json')], 2, 'CLI_OPERATORS_FILE'],
  ])('does not begin with %s', async (_, more, code, error) => {
    dir.write('forbidden.json', {
      version: 1,
      calls: [{ tool: 'read_file', input: { path: 'data/a.txt' } }],
    });
    const io = testIo();
    expect(await runCli(argv(...more()), io)).toBe(code);
    expect(String(io.stderr.read())).toMatch(new RegExp(`\\[${error}\\]\n {2}try: `));
    expect(io.stdout.read()).toBeNull();
  });

  it('does not ask for a passphrase on the line of the agent', async () => {
    const io = testIo({});
    io.stdin.isTTY = true;
    expect(await runCli(argv(), io)).toBe(2);
    // A terminal would be of no use: standard input speaks MCP.
    expect(String(io.stderr.read())).toMatch(
      /\[CLI_PASSPHRASE_MISSING\]\n {2}try: TTP_PASSPHRASE in the environment\n$/,
    );
  });
});
