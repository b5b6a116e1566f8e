import { fileURLToPath } from 'node:url';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import { encryptKey } from '@ttp/crypto';
import { createIdentity } from '@ttp/did';
import { createKillSwitch } from '@ttp/guard';
import { codeRejectedBy, codeThrownBy } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli.js';
import { formatIdentityFile } from '../../src/files/identity-file.js';
import { readSecret } from '../../src/mcp/secret-source.js';
import { readAddress } from '../../src/mcp/serving.js';
import { readUpstream } from '../../src/mcp/upstream.js';
import { type Folder, folder, PASSPHRASE, POLICY, type TestIo, testIo } from '../harness.js';

const SERVER = [process.execPath, fileURLToPath(new URL('../fixtures/server.mjs', import.meta.url))];
const TOKEN = 'what-agents-have-to-bring';

let dir: Folder;

beforeAll(async () => {
  dir = folder();
  for (const name of ['one', 'two']) {
    const { did, seed, keyLog } = await createIdentity({ type: 'agent', random, clock });
    const key = await encryptKey({ seed, did, passphrase: PASSPHRASE, random });
    dir.write(`${name}.json`, formatIdentityFile(keyLog, key));
    const storage = sqlite(dir.at(`${name}.db`));
    const kill = await createKillSwitch({ storage, clock, timer });
    await kill.enrol(did, true);
    kill.close();
    await storage.close();
  }
  const rules = [{ id: 'env', effect: 'allow', resources: ['mcp:fixture/environment'], actions: ['call'] }];
  dir.write('policy.json', { ...POLICY, rules });
  dir.write('token', `${TOKEN}\n`);
});
afterAll(() => dir.remove());

const argv = (name: string, ...more: readonly string[]): readonly string[] => {
  const files = ['--policy', dir.at('policy.json'), '--identity', dir.at(`${name}.json`)];
  return ['mcp', ...files, '--store', dir.at(`${name}.db`), '--server', 'fixture', ...more];
};

/** Where it says that it listens. */
async function listening(io: TestIo): Promise<string> {
  let said = '';
  for await (const chunk of io.stderr) {
    said += String(chunk);
    const [, url] = /^ttp: listening on (\S+)$/m.exec(said) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(said);
}

/** Asks as an agent without an SDK does, and gives back the last message of the answer. */
async function post(url: string, message: object, headers: Record<string, string>): Promise<Response> {
  return await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${TOKEN}`,
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  });
}

async function call(url: string): Promise<string> {
  const clientInfo = { name: 'test', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const opened = await post(url, { id: 1, method: 'initialize', params }, {});
  const text = await opened.text();
  const id = opened.headers.get('mcp-session-id');
  if (id === null) return text;
  const session = { 'mcp-session-id': id };
  await post(url, { method: 'notifications/initialized' }, session);
  const asked = { id: 2, method: 'tools/call', params: { name: 'environment', arguments: {} } };
  return await (await post(url, asked, session)).text();
}

describe('ttp mcp --http', () => {
  it('serves agents that bring the token, in front of a server that is itself reached over HTTP', async () => {
    const inner = testIo({ TTP_PASSPHRASE: PASSPHRASE });
    const innerEnded = runCli(
      argv('one', '--http', '0', '--token', `file:${dir.at('token')}`, '--', ...SERVER),
      inner,
    );
    const behind = await listening(inner);
    const outer = testIo({ TTP_PASSPHRASE: PASSPHRASE, FRONT: TOKEN, AUTH: `Bearer ${TOKEN}` });
    const header = ['--upstream-header', 'Authorization=env:AUTH'];
    const outerEnded = runCli(argv('two', '--http', '0', '--token', 'env:FRONT', ...header, behind), outer);
    const url = await listening(outer);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);

    expect(await call(url)).toContain('"ttp/outcome":"done"');
    const refused = await post(url, { id: 1, method: 'ping' }, { authorization: 'Bearer x' });
    expect(refused.status).toBe(401);

    outer.end();
    expect(await outerEnded).toBe(0);
    inner.end();
    expect(await innerEnded).toBe(0);
    await expect(post(url, { id: 1, method: 'ping' }, {})).rejects.toThrow(TypeError);
  });

  it.each([
    ['beyond this machine without a token', ['--http', '0.0.0.0:0']],
    ['at no address', ['--http', 'localhost:http']],
    ['with a token in the open', ['--http', '0', '--token', TOKEN]],
    ['with a token, over standard input', ['--token', 'env:FRONT']],
    ['with origins, over standard input', ['--allow-origin', 'https://app.example']],
  ])('is not started %s', async (_, more) => {
    const io = testIo({ TTP_PASSPHRASE: PASSPHRASE, FRONT: TOKEN });
    expect(await runCli(argv('one', ...more, '--', ...SERVER), io)).toBe(2);
    expect(String(io.stderr.read())).toContain('CLI_USAGE');
  });
});

describe('an address', () => {
  it.each([
    ['8080', { host: '127.0.0.1', port: 8080 }],
    ['0', { host: '127.0.0.1', port: 0 }],
    ['localhost:1', { host: 'localhost', port: 1 }],
    ['[::1]:65535', { host: '::1', port: 65_535 }],
  ])('%s is read', (text, address) => {
    expect(readAddress(text)).toEqual(address);
  });

  it.each(['', 'x', ':80', '::1:80', '[x]:80', '65536', '1.2.3.4', '127.0.0.1:', 'a:b:80'])(
    '%j is refused',
    (text) => {
      expect(codeThrownBy(() => readAddress(text))).toBe('CLI_USAGE');
    },
  );
});

describe('a secret', () => {
  it('comes from the environment or a file, without the line end', async () => {
    expect(await readSecret('env:A', { A: ' s ' }, 'token')).toBe('s');
    expect(await readSecret(`file:${dir.at('token')}`, {}, 'token')).toBe(TOKEN);
  });

  it.each(['s', 'env:', 'env:ABSENT', 'env:EMPTY', 'env:TTP_PASSPHRASE', 'file:absent', 'http://x'])(
    'is not %s',
    async (source) => {
      const env = { EMPTY: ' ', TTP_PASSPHRASE: PASSPHRASE };
      expect(await codeRejectedBy(readSecret(source, env, 'token'))).toBe('CLI_USAGE');
    },
  );

  it('is no file of any size', async () => {
    dir.write('big', 'x'.repeat(9000));
    expect(await codeRejectedBy(readSecret(`file:${dir.at('big')}`, {}, 'token'))).toBe('CLI_USAGE');
  });
});

describe('the server', () => {
  const none = { passEnv: [], upstreamHeader: [] };

  it('is a command with the variables that were named', async () => {
    const upstream = await readUpstream(
      ['npx', 'a', 'b'],
      { ...none, passEnv: ['A'] },
      { env: { A: '1', B: '2' } },
    );
    expect(upstream).toEqual({ command: 'npx', args: ['a', 'b'], env: { A: '1' } });
  });

  it('is a URL with headers that were named', async () => {
    const options = { ...none, upstreamHeader: ['Authorization=env:A', 'x-b=env:B'] };
    const upstream = await readUpstream(['https://a.example/mcp'], options, {
      env: { A: 'Bearer a=', B: 'b' },
    });
    expect(upstream).toEqual({
      url: 'https://a.example/mcp',
      headers: { Authorization: 'Bearer a=', 'x-b': 'b' },
    });
  });

  it.each([
    ['a command with headers', ['npx'], { ...none, upstreamHeader: ['a=env:A'] }],
    ['a URL with arguments', ['https://a.example', 'b'], none],
    ['a URL with variables', ['https://a.example'], { ...none, passEnv: ['A'] }],
    ['a URL with a header in the open', ['https://a.example'], { ...none, upstreamHeader: ['a=b'] }],
    ['a URL with a header without a value', ['https://a.example'], { ...none, upstreamHeader: ['a'] }],
    ['a command with a variable that is not set', ['npx'], { ...none, passEnv: ['ABSENT'] }],
    ['a command with the passphrase', ['npx'], { ...none, passEnv: ['TTP_PASSPHRASE'] }],
  ])('is not %s', async (_, words, options) => {
    const env = { A: '1', TTP_PASSPHRASE: PASSPHRASE };
    expect(await codeRejectedBy(readUpstream(words, options, { env }))).toBe('CLI_USAGE');
  });
});
