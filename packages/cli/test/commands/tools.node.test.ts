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
import { type Folder, folder, PASSPHRASE, POLICY, ttp as run, testIo, ttpJson } from '../harness.js';

const SERVER = [process.execPath, fileURLToPath(new URL('../fixtures/server.mjs', import.meta.url))];

let dir: Folder;

beforeAll(async () => {
  dir = folder();
  const { did, seed, keyLog } = await createIdentity({ type: 'agent', random, clock });
  const key = await encryptKey({ seed, did, passphrase: PASSPHRASE, random });
  dir.write('agent.json', formatIdentityFile(keyLog, key));
  dir.write('policy.json', POLICY);
  const operator = async (id: string, privilege: string): Promise<unknown> => {
    const argv = ['keygen', '--operator', id, '--out', dir.at(`${id}.json`), '--privilege', privilege];
    return (await ttpJson(argv)).json['operator'];
  };
  dir.write('ops.json', {
    operators: [await operator('ada', 'policy:sign'), await operator('bob', 'review:basic')],
  });
  const storage = sqlite(dir.at('ttp.db'));
  const kill = await createKillSwitch({ storage, clock, timer });
  await kill.enrol(did, true);
  kill.close();
  await storage.close();
});
afterAll(() => dir.remove());

/** A gateway that runs, and what its agent sees. */
async function gateway(...more: readonly string[]) {
  const io = testIo();
  const files = ['--policy', dir.at('policy.json'), '--identity', dir.at('agent.json')];
  const options = ['--store', dir.at('ttp.db'), '--operators', dir.at('ops.json'), '--server', 'fixture'];
  const ended = runCli(['mcp', ...files, ...options, '--', ...SERVER, ...more], io);
  const lines = createInterface({ input: io.stdout })[Symbol.asyncIterator]();
  let id = 0;
  const ask = async (method: string, params: JsonObject = {}): Promise<string> => {
    io.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })}\n`);
    return String((await lines.next()).value);
  };
  const clientInfo = { name: 'test', version: '1' };
  await ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  io.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  return {
    names: async () => [...(await ask('tools/list')).matchAll(/"name":"(\w+)"/g)].map(([, name]) => name),
    async end() {
      io.stdin.end();
      expect(await ended).toBe(0);
    },
  };
}

const listed = async (): Promise<unknown> =>
  (await ttpJson(['tools', 'list', '--store', dir.at('ttp.db')])).json['tools'];

const releasing = (operator: string, digest: string): readonly string[] => {
  const roster = ['--operators', dir.at('ops.json'), '--operator-key', dir.at(`${operator}.json`)];
  const about = ['--server', 'fixture', '--digest', digest, '--store', dir.at('ttp.db')];
  return ['tools', 'release', 'read_file', ...about, ...roster];
};

describe('ttp tools', () => {
  it('shows what a running gateway has in quarantine, and orders it out of there', async () => {
    const before = await gateway();
    expect(await before.names()).toEqual(['read_file', 'environment']);
    await before.end();
    expect(await listed()).toEqual([]);

    const after = await gateway('--changed');
    expect(await after.names()).toEqual(['environment']);
    const tools = await listed();
    expect(tools).toMatchObject([
      {
        server: 'fixture',
        tool: 'read_file',
        code: 'GATEWAY_TOOL_CHANGED',
        definition: { name: 'read_file', description: 'Reads all' },
      },
    ]);
    const [, digest = ''] = /"digest":"(sha256:\w+)"/.exec(JSON.stringify(tools)) ?? [];
    const shown = await run(['tools', 'list', '--text', '--store', dir.at('ttp.db')]);
    expect(shown.out).toContain(`fixture/read_file  GATEWAY_TOOL_CHANGED\n  digest      ${digest}\n`);

    const other = await run(releasing('ada', `sha256:${'0'.repeat(64)}`));
    expect([other.code, other.err]).toEqual([1, expect.stringContaining('GATEWAY_RELEASE_MISMATCH')]);
    const bob = await run(releasing('bob', digest));
    expect([bob.code, bob.err]).toEqual([1, expect.stringContaining('CRYPTO_OPERATOR_PRIVILEGE')]);
    expect(await after.names()).toEqual(['environment']);
    expect((await run(releasing('ada', digest))).code).toBe(0);
    expect(await after.names()).toEqual(['read_file', 'environment']);
    await after.end();
    expect(await listed()).toEqual([]);
  });
});
