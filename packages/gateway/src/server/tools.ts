import { ProtocolError, ProtocolErrorCode, type RequestId, Server } from '@modelcontextprotocol/server';
import { systemClock, systemRandom } from '@ttp/adapters/system';
import {
  type Clock,
  codeOf,
  isJsonObject,
  isTtpError,
  type JsonObject,
  type Random,
  type Storage,
} from '@ttp/core';
import { plainCopy } from '@ttp/crypto';
import type { Party } from '@ttp/did';
import { visible } from '@ttp/oversight';
import type { Ttp } from '@ttp/sdk';
import { methodUnknown, modeMeta, protocolError, withOwn } from '../mcp/answers.js';
import { requireSize } from '../mcp/ask.js';
import { meaningOf } from '../mcp/explain.js';
import { createUnderWay } from '../mcp/under-way.js';
import type { ServerTool } from './tool.js';
import { allTools } from './tools/index.js';

/** What the MCP server of TTP works on. */
export interface McpServerOptions {
  /** The enforcement point that is asked. The caller closes it, after the server. */
  readonly ttp: Ttp;
  /** The storage of that enforcement point: its log, the pins of its gateways, the key logs that it knows. */
  readonly storage: Storage;
  /** Who challenges others to prove their identity, such as the agent itself; without it nobody is challenged. */
  readonly identity?: Party;
  /** The system's unless given. */
  readonly ports?: { readonly clock?: Clock; readonly random?: Random };
  /** Told of faults that are this server's own, and of messages that cannot be read. It must not throw. */
  readonly onFault?: (fault: unknown) => void;
}

/** The version of the tools: raised with every change of a definition, since clients pin what they were shown. */
const VERSION = '1.0.0';

const INSTRUCTIONS = `These tools ask the trust layer of this agent: who somebody is, whether a tool is what it was, what would become of an
action, what happened. What they answer is advice: nothing is permitted, approved, revived or changed by asking.`;

/** The tools, behind as many connections as there are. Each connection gets a {@link Server} of its own. */
export interface Tools {
  server(): Server;
  /** Resolves when no call is under way. */
  done(): Promise<void>;
}

/** Prepares the tools. What they remember (challenges, turns) is common to all connections. */
export function createTools(options: McpServerOptions): Tools {
  const { ttp, storage, identity, ports = {}, onFault = () => {} } = options;
  const { clock = systemClock, random = systemRandom } = ports;
  const tools = allTools({ ttp, storage, verifier: identity, clock, random });
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const underWay = createUnderWay();
  const own = modeMeta(ttp);

  async function answer(method: string, params: unknown): Promise<JsonObject> {
    const copy = plainCopy(params ?? {});
    const { name, arguments: args = {} } = isJsonObject(copy) ? copy : {};
    if (method === 'tools/list') return { tools: tools.map(({ definition }) => definition) };
    if (method !== 'tools/call') throw methodUnknown();
    const tool = typeof name === 'string' ? byName.get(name) : undefined;
    if (tool === undefined)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'there is no such tool', {
        'ttp/code': 'GATEWAY_TOOL_UNKNOWN',
      });
    return await called(tool, args, onFault);
  }

  async function answered(id: RequestId, method: string, params: unknown): Promise<JsonObject> {
    try {
      return withOwn(await underWay.with(id, () => answer(method, params)), own);
    } catch (error) {
      throw protocolError(error, own);
    }
  }

  return {
    server() {
      const server = new Server(
        { name: 'ttp', title: 'Tessorium Trust Protocol', version: VERSION },
        { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
      );
      server.fallbackRequestHandler = ({ method, params }, { mcpReq }) => answered(mcpReq.id, method, params);
      return Object.assign(server, { onerror: onFault });
    },
    done: () => underWay.done(),
  };
}

/** The answer of a tool, as structure and as text; or why there is none, which models read where few see JSON-RPC errors. */
async function called(
  tool: ServerTool,
  args: Parameters<ServerTool['call']>[0],
  onFault: (fault: unknown) => void,
): Promise<JsonObject> {
  try {
    const said = await tool.call(args);
    requireSize(said);
    return { content: [{ type: 'text', text: JSON.stringify(said) }], structuredContent: said };
  } catch (error) {
    if (!isTtpError(error)) onFault(error);
    return failed(error);
  }
}

/** Codes of what is wrong with what the caller handed in: he is told what, in words. */
const CALLERS = /^(?:GATEWAY_BAD_REQUEST|SPL_|CRYPTO_JSON_)/;

function failed(error: unknown): JsonObject {
  const code = codeOf(error, 'GATEWAY_SERVER_FAILED');
  const field =
    isTtpError(error) && error.field !== undefined ? visible(error.field.slice(0, 200)) : undefined;
  const isCallers = isTtpError(error) && CALLERS.test(code);
  const why = isCallers ? visible(error.message.slice(0, 500).toWellFormed()) : meaningOf(code);
  const at = field === undefined ? {} : { 'ttp/field': field };
  return {
    content: [{ type: 'text', text: `${code}${field === undefined ? '' : ` (${field})`}. ${why}` }],
    isError: true,
    _meta: { 'ttp/code': code, ...at },
  };
}
