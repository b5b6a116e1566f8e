import {
  isJSONRPCErrorResponse,
  isJSONRPCResultResponse,
  type RequestId,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { isJsonObject, type Json, TtpError } from '@ttp/core';
import { HTTP_RETRY_MS, REFUSED_JSONRPC_CODE, REQUESTS_MAX } from '../../limits.js';
import { createEventStore } from './event-store.js';

type Send = WebStandardStreamableHTTPServerTransport['send'];

/**
 * The agent's end of one session over streamable HTTP. Beside what the MCP SDK does, it keeps an id from being used
 * for two requests at once, which would bring the answer of one to the other, and ends the stream of a request that
 * was cancelled, which nobody would end otherwise.
 */
export class SessionTransport extends WebStandardStreamableHTTPServerTransport {
  readonly #underWay = new Set<RequestId>();

  /** @param id the name of the session, which whoever knows it may use */
  constructor(id: string) {
    super({
      sessionIdGenerator: () => id,
      eventStore: createEventStore(),
      retryInterval: HTTP_RETRY_MS,
    });
  }

  override async send(...[message, options]: Parameters<Send>): Promise<void> {
    if ((isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) && message.id !== undefined)
      this.#underWay.delete(message.id);
    await super.send(message, options);
  }

  /**
   * Answers a request whose body was read.
   *
   * @throws GATEWAY_ID_REUSED, GATEWAY_BUSY
   */
  async take(request: Request, message: Json): Promise<Response> {
    const { id, method, params } = isJsonObject(message) ? message : {};
    const isRequest = isId(id) && typeof method === 'string';
    if (isRequest) {
      if (this.#underWay.has(id))
        throw new TtpError('GATEWAY_ID_REUSED', 'the id is in use', { field: 'id' });
      if (this.#underWay.size >= REQUESTS_MAX)
        throw new TtpError('GATEWAY_BUSY', `${REQUESTS_MAX} requests are under way`);
      this.#underWay.add(id);
    }
    const response = await this.handleRequest(request, { parsedBody: message });
    if (isRequest && response.status !== 200) this.#underWay.delete(id);
    if (method === 'notifications/cancelled' && isJsonObject(params))
      await this.#endCancelled(params['requestId']);
    return response;
  }

  /** The answer to a cancelled request is one that its sender does not look at; it closes what is open for it. */
  async #endCancelled(id: Json | undefined): Promise<void> {
    if (!isId(id) || !this.#underWay.has(id)) return;
    await this.send({ jsonrpc: '2.0', id, error: { code: REFUSED_JSONRPC_CODE, message: 'cancelled' } });
  }
}

const isId = (id: Json | undefined): id is string | number =>
  typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id));
