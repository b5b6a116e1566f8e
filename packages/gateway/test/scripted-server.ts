import { InMemoryTransport, type Transport } from '@modelcontextprotocol/client';
import { type JSONRPCRequest, ProtocolError, Server, type ServerContext } from '@modelcontextprotocol/server';
import type { JsonObject } from '@ttp/core';

type Handler = (params: JsonObject, context: ServerContext) => JsonObject | Promise<JsonObject>;

/** An MCP server whose every answer the test writes, the hostile ones too. */
export interface ScriptedServer {
  /** Its version: part of its identity. */
  version: string;
  instructions: string | undefined;
  capabilities: JsonObject;
  /** What `tools/list` answers with. */
  tools: JsonObject[];
  /** By method; `tools/list` and `tools/call` (by name, see `calls`) have one already. */
  readonly handlers: Map<string, Handler>;
  /** By name of the tool. */
  readonly calls: Map<string, Handler>;
  /** Every request and notification that came in, with its params. */
  readonly received: { readonly method: string; readonly params: JsonObject }[];
  /** The session that is open. */
  server: Server | undefined;
  /** Opens a new session; the transport is the gateway's end. */
  connect(): Promise<Transport>;
  /** The same, without waiting. */
  link(): Transport;
  /** How often a method was asked for. */
  count(method: string): number;
}

export const ECHO: JsonObject = {
  name: 'echo',
  description: 'Says it again.',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
};

export const READ_FILE: JsonObject = {
  name: 'read_file',
  description: 'Reads a file.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
};

export const text = (words: string): JsonObject => ({ content: [{ type: 'text', text: words }] });

export function scriptedServer(tools: readonly JsonObject[] = [ECHO, READ_FILE]): ScriptedServer {
  const script: ScriptedServer = {
    version: '1.0.0',
    instructions: undefined,
    capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, prompts: {}, logging: {} },
    tools: [...tools],
    handlers: new Map(),
    calls: new Map(),
    received: [],
    server: undefined,
    async connect() {
      const [theirs, connected] = link();
      await connected;
      return theirs;
    },
    link: () => link()[0],
    count: (method) => script.received.filter((one) => one.method === method).length,
  };

  function link(): readonly [Transport, Promise<void>] {
    const { version, instructions, capabilities } = script;
    const server = new Server(
      { name: 'scripted', version },
      { capabilities, ...(instructions === undefined ? {} : { instructions }) },
    );
    server.removeRequestHandler('logging/setLevel');
    server.fallbackRequestHandler = async (request, context) => answer(request, context);
    server.fallbackNotificationHandler = ({ method, params }) => {
      script.received.push({ method, params: plain(params) });
      return Promise.resolve();
    };
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    script.server = server;
    return [theirs, server.connect(ours)];
  }

  script.handlers.set('tools/list', () => ({ tools: script.tools }));
  script.handlers.set('tools/call', (params, context) => {
    const { name } = params;
    const call = typeof name === 'string' ? script.calls.get(name) : undefined;
    if (call === undefined) throw new ProtocolError(-32_602, `unknown tool ${JSON.stringify(name)}`);
    return call(params, context);
  });
  script.calls.set('echo', (params) => text(JSON.stringify(params['arguments'])));
  script.calls.set('read_file', (params) => text(`contents of ${JSON.stringify(params['arguments'])}`));

  async function answer(request: JSONRPCRequest, context: ServerContext): Promise<JsonObject> {
    const params = plain(request.params);
    script.received.push({ method: request.method, params });
    const handler = script.handlers.get(request.method);
    if (handler === undefined) throw new ProtocolError(-32_601, 'Method not found');
    return handler(params, context);
  }

  return script;
}

function plain(params: unknown): JsonObject {
  const copy: JsonObject = JSON.parse(JSON.stringify(params ?? {}));
  return copy;
}
