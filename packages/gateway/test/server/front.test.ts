import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createMcpServerFront } from '@ttp/gateway/mcp-server';
import { codeThrownBy } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { initialize } from '../http-rig.js';
import { askOf, closeServers, type ServerRig, serverRig } from './rig.js';

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await closeServers();
});

const ENDPOINT = 'http://127.0.0.1/mcp';
type Front = ReturnType<typeof createMcpServerFront>;

/** The official client over HTTP, each of whose requests is handed to the front as it is. */
async function connect(front: Front, headers: Readonly<Record<string, string>> = {}): Promise<Client> {
  const transport = new StreamableHTTPClientTransport(new URL(ENDPOINT), {
    fetch: (url, init) => front.handle(new Request(url, init)),
    requestInit: { headers },
  });
  const client = new Client({ name: 'over HTTP', version: '1' });
  await client.connect(transport);
  clients.push(client);
  return client;
}

const post = (
  front: Front,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  front.handle(
    new Request(ENDPOINT, {
      method: 'POST',
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  );

const codeOf = async (response: Response): Promise<unknown> => {
  const { error } = JSON.parse(await response.text());
  return [response.status, error?.data?.['ttp/code']];
};

describe('the server over HTTP', () => {
  it('answers the official client, several of them, each request by itself', async () => {
    const r = await serverRig();
    const front = createMcpServerFront(r.options);
    const [one, two] = [await connect(front), await connect(front)];
    expect(one.getServerVersion()).toMatchObject({ name: 'ttp' });
    expect(one.getInstructions()).toContain('advice');
    expect((await one.listTools()).tools).toHaveLength(8);
    await two.listTools();
    const args = { tool: 'read_file', input: { path: 'data/a' } };
    const told = await Promise.all([one, two].map((client) => askOf(client, 'check_action', args)));
    expect(told.map(({ said }) => said['wouldPermit'])).toEqual([true, true]);
    const unknown = one.callTool({ name: 'revive', arguments: {} });
    await expect(unknown).rejects.toMatchObject({ data: { 'ttp/code': 'GATEWAY_TOOL_UNKNOWN' } });
  });

  it('remembers a challenge from one request to the next', async () => {
    const r = await serverRig();
    const front = createMcpServerFront(r.options);
    const client = await connect(front);
    const did = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK';
    expect((await askOf(client, 'verify_identity', { did, challenge: true })).said['challenge']).toContain(
      'ttp/challenge@1',
    );
    const told = await askOf(client, 'verify_identity', { did, response: '{}' });
    expect(told.said).toMatchObject({ verified: false });
  });

  it('names monitor mode in every answer', async () => {
    const r = await serverRig({ ttp: { mode: 'observe' } });
    const client = await connect(createMcpServerFront(r.options));
    const told = await askOf(client, 'kill_status', {});
    expect(told).toMatchObject({ meta: { 'ttp/mode': 'observe' }, said: { mode: 'observe' } });
  });
});

const opened = async (more: object = {}): Promise<{ front: Front; r: ServerRig }> => {
  const r = await serverRig();
  return { r, front: createMcpServerFront({ ...r.options, ...more }) };
};

describe('the front refuses', () => {
  const TOKEN = 'a token of sixteen characters or more'.replaceAll(' ', '-');
  it('whoever has no token, or comes from elsewhere', async () => {
    const { front, r } = await opened({ token: TOKEN });
    expect(await codeOf(await post(front, initialize()))).toEqual([401, 'GATEWAY_HTTP_UNAUTHORIZED']);
    expect(r.faults).toHaveLength(1);
    const authorization = `Bearer ${TOKEN}`;
    expect((await post(front, initialize(), { authorization })).status).toBe(200);
    const client = await connect(front, { authorization });
    expect((await askOf(client, 'kill_status', {})).said['killed']).toBe(false);
    const foreign = await post(front, initialize(), { authorization, origin: 'https://evil.example' });
    expect(await codeOf(foreign)).toEqual([403, 'GATEWAY_HTTP_ORIGIN']);
    const rebound = new Request('http://rebound.example/mcp', { method: 'POST', body: '{}' });
    expect(await codeOf(await front.handle(rebound))).toEqual([403, 'GATEWAY_HTTP_HOST']);
  });

  it('what is no single message, and what two readers read in two ways', async () => {
    const { front } = await opened();
    expect(await codeOf(await post(front, '[]'))).toEqual([400, 'GATEWAY_BAD_REQUEST']);
    expect(await codeOf(await post(front, '{"a":1,"a":2}'))).toEqual([400, 'CRYPTO_JSON_DUPLICATE_KEY']);
    expect(await codeOf(await post(front, ' '.repeat(4_194_305)))).toEqual([
      413,
      'GATEWAY_HTTP_BODY_TOO_LARGE',
    ]);
  });

  it('other methods', async () => {
    const { front } = await opened();
    const response = await post(front, { jsonrpc: '2.0', id: 1, method: 'ttp/approve', params: {} });
    const { error } = JSON.parse(await response.text());
    expect(error).toMatchObject({ code: -32_601, data: { 'ttp/code': 'GATEWAY_BAD_REQUEST' } });
  });

  it('streams and sessions, of which there are none', async () => {
    const { front } = await opened();
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const response = await front.handle(new Request(ENDPOINT, { method }));
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  it('everything once it is closed, and a token that is too short', async () => {
    const { front } = await opened();
    await front.close();
    expect(await codeOf(await post(front, initialize()))).toEqual([503, 'GATEWAY_CLOSING']);
    const { r } = await opened();
    expect(codeThrownBy(() => createMcpServerFront({ ...r.options, token: 'short' }))).toBe(
      'GATEWAY_BAD_OPTION',
    );
  });
});
