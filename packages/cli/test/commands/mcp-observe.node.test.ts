import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import type { JsonObject } from '@ttp/core';
import { encryptKey } from '@ttp/crypto';
import { createIdentity } from '@ttp/did';
import { createKillSwitch } from '@ttp/guard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli.js';
import { formatIdentityFile } from '../../src/files/identity-file.js';
import { CALL_MAP, type Folder, folder, PASSPHRASE, POLICY, ttp as run, testIo } from '../harness.js';

const SERVER = [process.execPath, fileURLToPath(new URL('../fixtures/server.mjs', import.meta.url))];

let dir: Folder;

beforeAll(async () => {
  dir = folder();
  const { did, seed, keyLog } = await createIdentity({ type: 'agent', random, clock });
  const file = formatIdentityFile(keyLog, await encryptKey({ seed, did, passphrase: PASSPHRASE, random }));
  dir.write('agent.json', file);
  dir.write('policy.json', POLICY);
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

/** One session with one call of `read_file`: its answer, what was said on standard error, and the exit code. */
async function session(path: string, ...more: readonly string[]) {
  const io = testIo({ TTP_PASSPHRASE: PASSPHRASE });
  const ended = runCli(argv(...more), io);
  const lines = createInterface({ input: io.stdout })[Symbol.asyncIterator]();
  const ask = async (method: string, params: JsonObject): Promise<{ result?: JsonObject }> => {
    io.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })}\n`);
    return JSON.parse(String((await lines.next()).value));
  };
  await ask('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  });
  io.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  const { result } = await ask('tools/call', { name: 'read_file', arguments: { path } });
  io.stdin.end();
  return { result, code: await ended, said: String(io.stderr.read()) };
}

describe('ttp mcp --observe', () => {
  it('lets go on what the policy denies, and says so loudly', async () => {
    const files = ['--policy', dir.at('policy.json'), '--call-map', dir.at('calls.json')];
    const { result, code, said } = await session('etc/passwd', '--observe', ...files);
    expect(result).toMatchObject({
      content: [{ text: 'content of etc/passwd' }],
      _meta: { 'ttp/mode': 'observe', 'ttp/observed': { status: 'blocked', code: 'SDK_DENIED' } },
    });
    expect(code).toBe(0);
    expect(said).toMatch(/^ttp: OBSERVE MODE: nothing is enforced but /m);
    expect(said).toMatch(/^ttp: observed \S+: it would have been blocked, SDK_DENIED$/m);
  });

  it('needs no policy: then everything is denied on the record', async () => {
    const { result } = await session('data/a', '--observe');
    expect(result).toMatchObject({
      content: [{ text: 'content of data/a' }],
      _meta: { 'ttp/observed': { status: 'blocked', code: 'SDK_DENIED' } },
    });
  });

  it('is never the default, and a policy is needed without it', async () => {
    const files = ['--policy', dir.at('policy.json'), '--call-map', dir.at('calls.json')];
    const { result, said } = await session('etc/passwd', ...files);
    expect(result).toMatchObject({ isError: true, _meta: { 'ttp/code': 'SDK_DENIED' } });
    expect(result).not.toHaveProperty(['_meta', 'ttp/mode']);
    expect(said).not.toContain('OBSERVE');
    const { code, err } = await run(argv());
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('[CLI_USAGE]') });
  });
});
