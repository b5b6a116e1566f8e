import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli.js';
import {
  CALL_MAP,
  type Folder,
  folder,
  PASSPHRASE,
  POLICY,
  type TestIo,
  testIo,
  ttpJson,
} from '../harness.js';

const SERVER = [process.execPath, fileURLToPath(new URL('../fixtures/server.mjs', import.meta.url))];

let dir: Folder;
beforeAll(async () => {
  dir = folder();
  dir.write('policy.json', POLICY);
  dir.write('calls.json', CALL_MAP);
  const store = ['--store', dir.at('ttp.db')];
  await ttpJson(['keygen', '--type', 'agent', '--out', dir.at('agent.json'), ...store]);
  const ada = ['keygen', '--operator', 'ada', '--out', dir.at('ada.json'), '--privilege', 'review:basic'];
  const { json } = await ttpJson(ada);
  dir.write('ops.json', { operators: [json['operator']] });
});
afterAll(() => dir.remove());

const files = (): readonly string[] => [
  '--policy',
  dir.at('policy.json'),
  '--call-map',
  dir.at('calls.json'),
  '--identity',
  dir.at('agent.json'),
  '--store',
  dir.at('ttp.db'),
  '--operators',
  dir.at('ops.json'),
];

/** A client of a program over its standard input and output, one question at a time. */
async function clientOf(io: TestIo): Promise<(method: string, params?: JsonObject) => Promise<JsonObject>> {
  const lines = createInterface({ input: io.stdout })[Symbol.asyncIterator]();
  let id = 0;
  const ask = async (method: string, params: JsonObject = {}): Promise<JsonObject> => {
    io.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })}\n`);
    const { value } = await lines.next();
    const message: Json = JSON.parse(String(value));
    return isJsonObject(message) && isJsonObject(message['result']) ? message['result'] : {};
  };
  const clientInfo = { name: 'test', version: '1' };
  await ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  io.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  return ask;
}

const PAYROLL = { path: 'payroll/may' };

describe('ttp mcp-server', () => {
  it('asks for the approval that a call through ttp mcp then has, beside it on one storage', async () => {
    proves('gateway.mcp.server');
    const [io, wrapped] = [testIo(), testIo()];
    const ended = [
      runCli(['mcp-server', ...files()], io),
      runCli(['mcp', ...files(), '--server', 'files', '--approval-wait', '1', '--', ...SERVER], wrapped),
    ];
    const [ask, agent] = [await clientOf(io), await clientOf(wrapped)];
    const { tools } = await ask('tools/list');
    expect(Array.isArray(tools) && tools.length).toBe(8);

    const call = { tool: 'read_file', server: 'files', input: PAYROLL };
    const request = (): Promise<JsonObject> =>
      ask('tools/call', { name: 'request_approval', arguments: call });
    expect(await request()).toMatchObject({ structuredContent: { state: 'pending' } });
    const listed = await ttpJson(['review', 'list', '--store', dir.at('ttp.db')]);
    const { reviews } = listed.json;
    const [review] = Array.isArray(reviews) ? reviews : [];
    const id = isJsonObject(review) && typeof review['id'] === 'string' ? review['id'] : '';
    const as = [
      '--operators',
      dir.at('ops.json'),
      '--operator-key',
      dir.at('ada.json'),
      '--reason',
      'agreed',
    ];
    const approved = await ttpJson(['review', 'approve', id, '--store', dir.at('ttp.db'), ...as]);
    expect(approved).toMatchObject({ code: 0 });
    expect(await request()).toMatchObject({ structuredContent: { state: 'approved' } });
    expect(await agent('tools/call', { name: 'read_file', arguments: PAYROLL })).toMatchObject({
      content: [{ text: 'content of payroll/may' }],
      _meta: { 'ttp/outcome': 'done' },
    });
    expect(await request()).toMatchObject({ structuredContent: { state: 'used' } });

    const pinned = { name: 'verify_tool', arguments: { server: 'files', tool: 'read_file' } };
    expect(await ask('tools/call', pinned)).toMatchObject({ structuredContent: { state: 'pinned' } });
    for (const one of [io, wrapped]) one.stdin.end();
    expect(await Promise.all(ended)).toEqual([0, 0]);
    expect(String(io.stderr.read())).toMatch(
      /^ttp: did:ttp:agent:Qm\w+ answers, policy sha256:\w+, log key z6Mk\w+\n/,
    );
  }, 120_000); // five commands that each derive a key, and a server process

  it('listens for clients that bring the token, until it is asked to end', async () => {
    const io = testIo({ TTP_PASSPHRASE: PASSPHRASE, FRONT: 'what-clients-have-to-bring' });
    const ended = runCli(['mcp-server', ...files(), '--http', '0', '--token', 'env:FRONT'], io);
    let said = '';
    for await (const chunk of io.stderr.iterator({ destroyOnReturn: false })) {
      said += String(chunk);
      if (said.includes('listening on')) break;
    }
    const [, url = ''] = /listening on (\S+)/.exec(said) ?? [];
    const post = (token: string): Promise<Response> =>
      fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          authorization: `Bearer ${token}`,
          'mcp-protocol-version': '2025-11-25',
        },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'kill_status', arguments: {} },
        }),
      });
    expect((await post('something-else-entirely')).status).toBe(401);
    expect(await (await post('what-clients-have-to-bring')).json()).toMatchObject({
      result: { structuredContent: { killed: false } },
    });
    io.end();
    expect(await ended).toBe(0);
  });

  it('needs a policy, and a token beyond this machine', async () => {
    const [io, other] = [testIo(), testIo()];
    expect(await runCli(['mcp-server', '--identity', 'a.json', '--store', 'x.db'], io)).toBe(2);
    expect(await runCli(['mcp-server', ...files(), '--http', '0.0.0.0:0'], other)).toBe(2);
    expect(String(other.stderr.read())).toContain('CLI_USAGE');
  });
});
