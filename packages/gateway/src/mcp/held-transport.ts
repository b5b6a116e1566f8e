import {
  type InitializeRequest,
  isInitializeRequest,
  isJSONRPCRequest,
  type RequestId,
  type Transport,
} from '@modelcontextprotocol/server';
import { HELD_MESSAGES_MAX } from '../limits.js';

/** How the agent introduces itself. */
export interface Opening {
  readonly id: RequestId;
  readonly params: InitializeRequest['params'];
}

/**
 * A transport whose messages are held back until somebody connects to it. The agent introduces itself first, and is
 * answered with what the server behind the gateway can do, which is asked with what the agent can do.
 */
export class HeldTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: Transport['onmessage'];
  readonly #inner: Transport;
  readonly #held: Parameters<NonNullable<Transport['onmessage']>>[] = [];
  readonly #opening = Promise.withResolvers<Opening | undefined>();
  readonly #unanswered = new Set<RequestId>();
  #answered: (() => void) | undefined;
  #isReleased = false;

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  /** The agent's `initialize`; undefined when the connection ends before it. */
  get opening(): Promise<Opening | undefined> {
    return this.#opening.promise;
  }

  /** Begins to listen. */
  async listen(): Promise<void> {
    const inner = this.#inner;
    const callbacks: Pick<Transport, 'onclose' | 'onerror' | 'onmessage'> = {
      onclose: () => {
        this.#unanswered.clear(); // nobody is left to be answered
        this.#answered?.();
        this.#opening.resolve(undefined);
        this.onclose?.();
      },
      onerror: (error) => this.onerror?.(error),
      onmessage: (message, extra) => {
        this.#count(message);
        if (this.#isReleased) this.onmessage?.(message, extra);
        else this.#hold(message, extra);
      },
    };
    Object.assign(inner, callbacks);
    await inner.start();
  }

  /** Hands over what was held. Called by whoever connects. */
  start(): Promise<void> {
    this.#isReleased = true;
    for (const [message, extra] of this.#held.splice(0)) this.onmessage?.(message, extra);
    return Promise.resolve();
  }

  send: Transport['send'] = async (message, options) => {
    await this.#inner.send(message, options);
    if (!('method' in message)) this.#forget(message.id);
  };

  /** Resolves when every request was answered, or no longer wants an answer. Ends nothing. */
  answered(): Promise<void> {
    if (this.#unanswered.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#answered = resolve;
    });
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion?.(version);
  }

  #count(message: Parameters<NonNullable<Transport['onmessage']>>[0]): void {
    if (isJSONRPCRequest(message)) this.#unanswered.add(message.id);
    else if ('method' in message && message.method === 'notifications/cancelled') {
      const { requestId } = message.params ?? {};
      if (typeof requestId === 'string' || typeof requestId === 'number') this.#forget(requestId);
    }
  }

  #forget(id: RequestId | undefined): void {
    if (id !== undefined) this.#unanswered.delete(id);
    if (this.#unanswered.size === 0) this.#answered?.();
  }

  #hold(...held: Parameters<NonNullable<Transport['onmessage']>>): void {
    const [message] = held;
    this.#held.push(held);
    if (isJSONRPCRequest(message) && isInitializeRequest(message))
      this.#opening.resolve({ id: message.id, params: message.params });
    // Nobody has to keep what a client pours in before it has introduced itself.
    if (this.#held.length > HELD_MESSAGES_MAX) {
      this.#opening.resolve(undefined);
      this.#inner.close().catch((error: Error) => this.onerror?.(error));
    }
  }
}
