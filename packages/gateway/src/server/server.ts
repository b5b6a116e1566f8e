import type { Transport } from '@modelcontextprotocol/server';
import { briefly } from '../mcp/under-way.js';
import { createTools, type McpServerOptions } from './tools.js';

/** TTP as an MCP server, for one client. */
export interface McpServer {
  /** Resolves when the client has left, or {@link McpServer.close} was called. Never rejects. */
  readonly closed: Promise<void>;
  /** Ends the connection, after the calls under way or 2 s. */
  close(): Promise<void>;
}

/**
 * Offers TTP as tools to an MCP client (2025-11-25 and earlier): verify identities, tools and bundles, check actions,
 * explain policies, read the log, ask for approvals. Whoever connects may ask; nothing that is asked weakens anything.
 *
 * @param options.transport the connection, such as `StdioServerTransport` of the MCP SDK
 * @throws what the transport throws when it is started
 */
export async function openMcpServer(
  options: McpServerOptions & { readonly transport: Transport },
): Promise<McpServer> {
  const tools = createTools(options);
  const server = tools.server();
  const ended = Promise.withResolvers<void>();
  Object.assign(server, { onclose: () => ended.resolve() });
  await server.connect(options.transport);
  return {
    closed: ended.promise,
    async close() {
      await briefly(tools.done());
      await server.close();
    },
  };
}
