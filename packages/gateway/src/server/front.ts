import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import { TtpError } from '@ttp/core';
import { HTTP_EXCHANGES_MAX } from '../limits.js';
import { type Admission, admission } from '../mcp/http/admission.js';
import { readMessage } from '../mcp/http/body.js';
import type { Answering as Front } from '../mcp/http/listen.js';
import { refusal } from '../mcp/http/refusal.js';
import { briefly } from '../mcp/under-way.js';
import { createTools, type McpServerOptions } from './tools.js';

/**
 * TTP as an MCP server over streamable HTTP. There are no sessions and no streams: each request is answered by itself,
 * so a client has nothing to resume and a server nothing to hold. Every path is the endpoint.
 *
 * @throws GATEWAY_BAD_OPTION
 */
export function createMcpServerFront(options: McpServerOptions & Admission): Front {
  const admit = admission(options);
  const tools = createTools(options);
  const { onFault = () => {} } = options;
  let exchanges = 0;
  let isClosing = false;

  async function answer(request: Request): Promise<Response> {
    admit(request);
    // What a client asks for to listen or to end a session: there is neither (MCP 2025-11-25, transports).
    if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
    const message = await readMessage(request);
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    const server = tools.server();
    await server.connect(transport);
    try {
      const response = await transport.handleRequest(request, { parsedBody: message });
      const { status, headers } = response;
      return new Response(response.body === null ? null : await response.arrayBuffer(), { status, headers });
    } finally {
      await server.close();
    }
  }

  return {
    async handle(request) {
      if (isClosing) return refusal(new TtpError('GATEWAY_CLOSING', 'no more requests'));
      if (exchanges >= HTTP_EXCHANGES_MAX)
        return refusal(new TtpError('GATEWAY_BUSY', `${HTTP_EXCHANGES_MAX} requests are under way`));
      exchanges++;
      try {
        return await answer(request);
      } catch (error) {
        onFault(error);
        return refusal(error);
      } finally {
        exchanges--;
      }
    },
    async close() {
      isClosing = true;
      await briefly(tools.done());
    },
  };
}
