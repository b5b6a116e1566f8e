import { codeOf, isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { parseJson } from '@ttp/crypto';
import type { McpGatewayOptions } from '@ttp/gateway/mcp';
import { type Io, write } from '../io.js';
import { MCP_MESSAGE_MAX_BYTES } from '../limits.js';
import { type Line, readLines } from '../lines.js';

type Transport = McpGatewayOptions['downstream'];
type Message = Parameters<Transport['send']>[0];

/** JSON-RPC 2.0 section 5.1: what was received is no JSON, or no message. */
const PARSE_ERROR = -32_700;

/**
 * The agent's end of an MCP connection over standard input and output: one JSON-RPC message a line. What is not read
 * the same by every reader (a key twice, a rounded integer) is refused with an error and never reaches the policy
 * (flaw.J1).
 */
export class StdioTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: Transport['onmessage'];
  readonly #io: Pick<Io, 'stdin' | 'stdout'>;
  #isClosed = false;

  constructor(io: Pick<Io, 'stdin' | 'stdout'>) {
    this.#io = io;
  }

  start(): Promise<void> {
    this.#io.stdout.on('error', this.#broken);
    void this.#listen();
    return Promise.resolve();
  }

  async send(message: Message): Promise<void> {
    if (this.#isClosed) throw new TtpError('CLI_FAILED', 'the connection to the agent is closed');
    await write(this.#io.stdout, `${JSON.stringify(message)}\n`);
  }

  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#io.stdin.destroy();
      this.onclose?.();
    }
    return Promise.resolve();
  }

  /** Nobody reads our answers any more. */
  readonly #broken = (error: Error): void => {
    if (this.#isClosed) return;
    this.onerror?.(error);
    void this.close();
  };

  /** Until the agent closes its end, which ends the session. */
  async #listen(): Promise<void> {
    try {
      for await (const line of readLines(this.#io.stdin, MCP_MESSAGE_MAX_BYTES)) await this.#take(line);
    } catch (error) {
      if (!this.#isClosed) this.onerror?.(asError(error));
    }
    await this.close();
  }

  async #take(line: Line): Promise<void> {
    if (line?.length === 0) return;
    try {
      this.onmessage?.(messageOf(line));
    } catch (error) {
      this.onerror?.(asError(error));
      const code = codeOf(error, 'CLI_FAILED');
      const refusal = { code: PARSE_ERROR, message: `refused: ${code}`, data: { 'ttp/code': code } };
      const id = idOf(line);
      if (id !== undefined && !this.#isClosed) await this.send({ jsonrpc: '2.0', id, error: refusal });
    }
  }
}

function messageOf(line: Line): Message {
  if (line === undefined)
    throw new TtpError('CLI_MCP_MESSAGE', `a message of more than ${MCP_MESSAGE_MAX_BYTES} bytes`);
  const json = parseJson(line, { profile: 'foreign', maxBytes: MCP_MESSAGE_MAX_BYTES });
  if (isMessage(json)) return json;
  throw new TtpError('CLI_MCP_MESSAGE', 'not a JSON-RPC message');
}

/** Whether it is one message of JSON-RPC 2.0 as MCP has it: no batch, no `null` id, no member of another kind of message. */
function isMessage(json: Json): json is Message & JsonObject {
  if (!isJsonObject(json) || json['jsonrpc'] !== '2.0') return false;
  const { jsonrpc: _, id, method, params, result, error, ...rest } = json;
  if (Object.keys(rest).length > 0 || !(id === undefined || isId(id))) return false;
  if (method !== undefined)
    return (
      typeof method === 'string' &&
      result === undefined &&
      error === undefined &&
      (params === undefined || isJsonObject(params))
    );
  if (params !== undefined || id === undefined) return false;
  return error === undefined ? isJsonObject(result) : result === undefined && isErrorObject(error);
}

const isErrorObject = (json: Json): boolean =>
  isJsonObject(json) && Number.isInteger(json['code']) && typeof json['message'] === 'string';

const isId = (id: unknown): id is string | number =>
  typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id));

/** The id of a refused request, where it has one: an agent must not wait for an answer that never comes. */
function idOf(line: Line): string | number | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(line));
    return typeof value === 'object' && value !== null && 'method' in value && 'id' in value && isId(value.id)
      ? value.id
      : undefined;
  } catch {
    return undefined; // no JSON at all: nobody can be waiting for it
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
