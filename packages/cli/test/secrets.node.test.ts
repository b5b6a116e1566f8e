// Real processes: what of a secret is left in their environment.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import { encryptKey } from '@ttp/crypto';
import { createIdentity } from '@ttp/did';
import { createKillSwitch } from '@ttp/guard';
import { proves } from '@ttp/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatIdentityFile } from '../src/files/identity-file.js';
import { type Folder, folder, PASSPHRASE, POLICY } from './harness.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

let dir: Folder;
beforeAll(async () => {
  dir = folder();
  const { did, seed, keyLog } = await createIdentity({ type: 'agent', random, clock });
  const key = await encryptKey({ seed, did, passphrase: PASSPHRASE, random });
  dir.write('agent.json', formatIdentityFile(keyLog, key));
  const rules = [{ id: 'env', effect: 'allow', resources: ['mcp:fixture/environment'], actions: ['call'] }];
  dir.write('policy.json', { ...POLICY, rules });
  // Says what a process that is about to end has in its environment, the one that started it included.
  dir.write(
    'probe.mjs',
    `import { writeFileSync } from 'node:fs';
     const name = process.argv[1]?.endsWith('server.mjs') ? 'server' : 'ttp';
     const tell = () => writeFileSync(${JSON.stringify(dir.at('/'))} + name + '.json', JSON.stringify(process.env));
     if (name === 'server') tell(); // it may be ended by a signal
     process.on('exit', tell);`,
  );
  const storage = sqlite(dir.at('ttp.db'));
  const kill = await createKillSwitch({ storage, clock, timer });
  await kill.enrol(did, true);
  kill.close();
  await storage.close();
});
afterAll(() => dir.remove());

it('the passphrase leaves the environment of ttp mcp when it is read, and reaches no server', async () => {
  proves('flaw.D9');
  const node = [
    '--conditions=@ttp/source',
    '--import',
    'tsx',
    '--import',
    pathToFileURL(dir.at('probe.mjs')).href,
  ];
  const mcp = ['mcp', '--policy', 'policy.json', '--identity', 'agent.json', '--store', 'ttp.db'];
  const files = mcp.map((word) => (/\.(?:json|db)$/.test(word) ? dir.at(word) : word));
  const server = [process.execPath, '--import', dir.at('probe.mjs'), at('./fixtures/server.mjs')];
  const child = spawn(
    process.execPath,
    [...node, at('../src/main.ts'), ...files, '--server', 'fixture', '--', ...server],
    {
      cwd: at('../../..'),
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        TTP_PASSPHRASE: PASSPHRASE,
        MARK: 'is here',
      },
    },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (id: number, method: string, params: object): Promise<string> => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return String((await lines.next()).value);
  };
  const clientInfo = { name: 'test', version: '1' };
  await ask(1, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  // The key was opened: the call is decided, recorded and made.
  const told = await ask(2, 'tools/call', { name: 'environment', arguments: {} });
  expect(JSON.parse(told)).toHaveProperty('result._meta', expect.objectContaining({ 'ttp/outcome': 'done' }));
  child.stdin.end();
  const [code]: unknown[] = await once(child, 'close');
  expect(code).toBe(0);

  expect(told).not.toContain('TTP_PASSPHRASE');
  for (const name of ['ttp', 'server']) {
    const environment: unknown = JSON.parse(dir.read(`${name}.json`));
    expect(environment).toHaveProperty('PATH');
    expect(JSON.stringify(environment)).not.toContain('TTP_PASSPHRASE');
    expect(JSON.stringify(environment)).not.toContain(PASSPHRASE);
  }
  // It is the whole environment that was looked at.
  expect(JSON.parse(dir.read('ttp.json'))).toMatchObject({ MARK: 'is here' });
}, 60_000);
