import {
  Client,
  type ClientCapabilities,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { memory } from '@ttp/adapters/memory';
import { isTtpError, type Storage } from '@ttp/core';
import { createIdentity } from '@ttp/did';
import type { Entry } from '@ttp/etr-merkle/trace';
import { createMcpHttpFront, type McpHttpFront, type McpHttpOptions } from '@ttp/gateway/mcp';
import { createTtp, type Ttp, type TtpOptions } from '@ttp/sdk';
import { type FakeClock, fakeClock, seededRandom } from '@ttp/testkit';
import { CALL_MAP, POLICY } from './rig.js';
import { type ScriptedServer, scriptedServer } from './scripted-server.js';

export const ENDPOINT = 'http://127.0.0.1/mcp';

export interface HttpRig {
  readonly ttp: Ttp;
  readonly front: McpHttpFront;
  readonly clock: FakeClock;
  readonly storage: Storage;
  readonly entries: Entry[];
  readonly faults: unknown[];
  /** The servers behind the sessions, in the order in which these were opened. */
  readonly upstreams: ScriptedServer[];
  /** An agent that has introduced itself. */
  agent(options?: {
    readonly capabilities?: ClientCapabilities;
    readonly headers?: Readonly<Record<string, string>>;
    readonly prepare?: (agent: Client) => void;
  }): Promise<{ readonly client: Client; readonly transport: StreamableHTTPClientTransport }>;
  /** One raw request. */
  send(message: unknown, headers?: Readonly<Record<string, string>>, init?: RequestInit): Promise<Response>;
  /** A raw session: the headers that its requests bring. */
  session(): Promise<Readonly<Record<string, string>>>;
}

export interface HttpRigOptions {
  readonly script?: () => ScriptedServer;
  readonly upstream?: McpHttpOptions['upstream'];
  readonly ttp?: Partial<TtpOptions>;
  readonly front?: Partial<McpHttpOptions>;
}

const closers: (() => Promise<void>)[] = [];

/** Closes what the test opened. */
export async function closeHttp(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close();
}

export const initialize = (protocolVersion = '2025-11-25'): object => ({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
});

/** Agents over HTTP, without a socket: each request is handed to the front as it is. */
export async function httpRig(options: HttpRigOptions = {}): Promise<HttpRig> {
  const clock = fakeClock();
  const storage = memory();
  const identity = await createIdentity({ type: 'agent', random: seededRandom('http'), clock });
  const entries: Entry[] = [];
  const faults: unknown[] = [];
  const upstreams: ScriptedServer[] = [];
  const ttp = await createTtp({
    identity,
    storage,
    policy: POLICY,
    callMap: CALL_MAP,
    fresh: true,
    ports: { clock, timer: clock, random: seededRandom('ttp') },
    onEvent: (entry) => entries.push(entry),
    ...options.ttp,
  });
  const connect = (): Transport => {
    const script = (options.script ?? scriptedServer)();
    upstreams.push(script);
    return script.link();
  };
  const front = createMcpHttpFront({
    ttp,
    server: 'rig',
    upstream: options.upstream ?? connect,
    storage,
    ports: { clock, timer: clock, random: seededRandom('sessions') },
    onFault: (fault) => faults.push(fault),
    ...options.front,
  });
  closers.push(async () => {
    await front.close();
    await ttp.close().catch((error: unknown) => {
      if (!isTtpError(error)) throw error;
    });
  });

  const send: HttpRig['send'] = (message, headers = {}, init = {}) =>
    front.handle(
      new Request(ENDPOINT, {
        method: 'POST',
        headers: {
          host: '127.0.0.1',
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
        body: typeof message === 'string' ? message : JSON.stringify(message),
        ...init,
      }),
    );

  return {
    ttp,
    front,
    clock,
    storage,
    entries,
    faults,
    upstreams,
    send,
    async agent({ capabilities = {}, headers = {}, prepare } = {}) {
      const transport = new StreamableHTTPClientTransport(new URL(ENDPOINT), {
        requestInit: { headers: { ...headers } },
        fetch: (url, init) => front.handle(new Request(url, init)),
      });
      const client = new Client({ name: 'agent', version: '1' }, { capabilities });
      prepare?.(client);
      closers.push(() => client.close());
      await client.connect(transport);
      return { client, transport };
    },
    async session() {
      const opened = await send(initialize());
      await opened.text();
      const headers = {
        'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
        'mcp-protocol-version': '2025-11-25',
      };
      await send({ jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
      return headers;
    },
  };
}

/** What the gateway says of a refusal. */
export async function refusalOf(response: Response): Promise<readonly [number, unknown]> {
  const { error }: { error: { data?: { 'ttp/code'?: string }; message: string } } = await response.json();
  return [response.status, error.data?.['ttp/code'] ?? error.message];
}
