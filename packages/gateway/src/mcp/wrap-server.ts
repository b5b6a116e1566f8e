import { InMemoryTransport, type Transport } from '@modelcontextprotocol/server';
import { type McpGateway, type McpGatewayOptions, openMcpGateway } from './gateway.js';

/** A server of this process: `McpServer` or `Server` of the MCP SDK, or whatever else connects like them. */
export interface ConnectableServer {
  connect(transport: Transport): Promise<void>;
  close(): Promise<void>;
}

/** A server that is reached through a gateway. */
export interface ProtectedMcpServer {
  /**
   * Listens for one agent; the server behind it is connected once at a time, as the MCP SDK has it.
   *
   * @throws GATEWAY_BAD_OPTION; what the server or the transport throws when it is connected
   */
  connect(transport: Transport): Promise<McpGateway>;
}

/**
 * Wraps an MCP server of this process, tools, resources and prompts: whoever connects to what is returned gets there by
 * way of {@link openMcpGateway}, so that every call is decided and recorded and every tool pinned. In one process it is
 * cooperative: code that holds `server` itself can connect past it (decision D43).
 *
 * @param options as for a gateway, without its two ends
 */
export const wrapMcpServer = (
  server: ConnectableServer,
  options: Omit<McpGatewayOptions, 'upstream' | 'downstream'>,
): ProtectedMcpServer => ({
  async connect(downstream) {
    const [upstream, inner] = InMemoryTransport.createLinkedPair();
    await server.connect(inner);
    try {
      return await openMcpGateway({ ...options, upstream, downstream });
    } catch (error) {
      await server.close();
      throw error;
    }
  },
});
