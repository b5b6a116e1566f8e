import type { Transport } from '@modelcontextprotocol/server';
import { systemClock } from '@ttp/adapters/system';
import { type Clock, type Envelope, type Operators, type Storage, TtpError } from '@ttp/core';
import { issuerOf } from '@ttp/crypto';
import { readLabels } from '@ttp/guard';
import type { Ttp } from '@ttp/sdk';
import { CALL_TIMEOUT_MS } from '../limits.js';
import { protocolError } from './answers.js';
import { HeldTransport, type Opening } from './held-transport.js';
import { openPinBook, type PinBook, type QuarantinedTool } from './pin-book.js';
import { openSession, type Session, type SessionOptions } from './session.js';
import { requireUpstream, type Upstream } from './upstream.js';
import { createVetting, type ToolRequirements } from './vetting.js';

/** What {@link openMcpGateway} is given. */
export interface McpGatewayOptions {
  /** The enforcement point that decides, records and kills. The caller closes it, after the gateway. */
  readonly ttp: Ttp;
  /** The name of the server in call map, policy, pins and log: 1 to 64 letters, digits, dots, hyphens, underscores. */
  readonly server: string;
  /** The server behind the gateway: a command to start, where it listens, or a connection. */
  readonly upstream: Upstream;
  /** The connection of the agent. One gateway is one session. */
  readonly downstream: Transport;
  /** Where the pins are kept. */
  readonly storage: Storage;
  /** Who may release tools from quarantine. Without a roster nobody may. */
  readonly operators?: Operators;
  /** How long the server may be silent during one request, ms; {@link CALL_TIMEOUT_MS} unless given. */
  readonly callTimeoutMs?: number;
  /**
   * What everything that this server says brings to the labels of the trace, such as `['untrusted']`: results, what it
   * reports meanwhile, what it asks. Definitions of tools, prompts and templates are its author's word and bring nothing.
   */
  readonly labels?: readonly string[];
  /** What is demanded of the tools beside that they are what was pinned; nothing unless given. */
  readonly requirements?: ToolRequirements;
  /** The system's clock unless given. */
  readonly ports?: { readonly clock?: Clock };
  /** Told of faults that no request can be answered with, such as a notification that could not be relayed. It must not throw. */
  readonly onFault?: (fault: unknown) => void;
}

/** A gateway before one MCP server. */
export interface McpGateway {
  /** Resolves when the session is over, its calls are recorded and the server's process was ended, for whatever reason. Never rejects. */
  readonly closed: Promise<void>;
  /** Tools that are neither listed nor called until an operator releases them. */
  quarantined(): Promise<readonly QuarantinedTool[]>;
  /**
   * Lets a tool out of quarantine by an operator's `ttp/tool-release@1`, see `signToolRelease`.
   *
   * @throws GATEWAY_OPERATORS_ABSENT, GATEWAY_RELEASE_INVALID, GATEWAY_RELEASE_MISMATCH, GATEWAY_RELEASE_REPLAYED,
   *   GATEWAY_TOOL_UNRELEASABLE, GATEWAY_PINS_UNREADABLE, GATEWAY_PINS_RACE, CRYPTO_OPERATOR_*, CRYPTO_ENVELOPE_*
   */
  release(order: Envelope | string): Promise<void>;
  /** Ends the session and the server's process. Calling it again waits for the same end. */
  close(): Promise<void>;
}

const SERVER_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/**
 * Puts an enforcement point in front of one MCP server (2025-11-25 and earlier): every tool call, resource, prompt,
 * sampling and elicitation goes through the policy and into the log, and a tool that is no longer what was pinned
 * is not called. The agent of the session is the one that `ttp` acts for.
 *
 * Resolves when it listens. The server is started when the agent introduces itself, so that each is told what the
 * other can do; if that fails, the agent's `initialize` is answered with an error and the gateway closes.
 *
 * @throws GATEWAY_BAD_OPTION; what the downstream transport throws when it is started
 */
export async function openMcpGateway(options: McpGatewayOptions): Promise<McpGateway> {
  const { upstream, downstream } = options;
  requireUpstream(upstream);
  const { book, ...read } = readOptions(options);
  const { gateway, listening } = openOne({ ...read, upstream, downstream }, book);
  await listening;
  return gateway;
}

/** What the sessions of one gateway have in common. */
type Shared = Omit<SessionOptions, 'onEnd' | 'upstream'>;

/** Reads the options that are no connection. Throws GATEWAY_BAD_OPTION. */
export function readOptions(options: Omit<McpGatewayOptions, 'downstream' | 'upstream'>): Shared {
  const { ttp, server, storage, operators, callTimeoutMs = CALL_TIMEOUT_MS } = options;
  if (!SERVER_NAME.test(server)) throw badOption('server', 'a server name is 1 to 64 of A-Za-z0-9_.-');
  if (!Number.isSafeInteger(callTimeoutMs) || callTimeoutMs <= 0)
    throw badOption('callTimeoutMs', 'a timeout is a positive number of milliseconds');
  const clock = options.ports?.clock ?? systemClock;
  const onFault = options.onFault ?? (() => {});
  const book = openPinBook({ ttp, store: storage.store, server, operators, clock });
  return {
    ttp,
    server,
    book,
    clock,
    callTimeoutMs,
    labels: labelsIn(options),
    requirements: requirementsIn(options),
    onFault,
  };
}

function labelsIn({ labels = [] }: Pick<McpGatewayOptions, 'labels'>): readonly string[] {
  try {
    return readLabels(labels);
  } catch (cause) {
    throw new TtpError('GATEWAY_BAD_OPTION', 'labels are lowercase names', { field: 'labels', cause });
  }
}

/** Read before a session begins: one that could not vet would begin and refuse everything. */
function requirementsIn({
  ttp,
  requirements = {},
}: Pick<McpGatewayOptions, 'ttp' | 'requirements'>): ToolRequirements {
  const { intents } = requirements;
  createVetting(requirements, { server: '', clock: systemClock, record: () => undefined });
  if (intents === undefined || issuerOf(intents) === ttp.did) return requirements;
  throw badOption('requirements.intents', 'intents are signed with a key of the agent itself');
}

/** One session, listening once `listening` resolves. */
export function openOne(
  shared: Omit<Shared, 'book'> & { readonly upstream: Upstream; readonly downstream: Transport },
  book: PinBook,
): { readonly gateway: McpGateway; readonly listening: Promise<void> } {
  const { onFault } = shared;
  const downstream = new HeldTransport(shared.downstream);
  const ended = Promise.withResolvers<void>();
  let session: Session | undefined;
  let closing: Promise<void> | undefined;

  /** Both ends, whatever becomes of either. */
  async function end(): Promise<void> {
    // The server first: a call that it left open is one that it did not answer, not one that the agent gave up.
    await session?.close().catch(onFault);
    await downstream.close().catch(onFault);
    ended.resolve();
  }
  const close = (): Promise<void> => (closing ??= end());

  async function begin(opening: Opening): Promise<void> {
    try {
      session = openSession({ ...shared, book, onEnd: close });
      await session.connect(opening.params, downstream);
    } catch (error) {
      const { code, message, data } = protocolError(error);
      const refusal = { jsonrpc: '2.0' as const, id: opening.id, error: { code, message, data } };
      await downstream.send(refusal).catch(onFault);
      onFault(error);
      await close();
    }
  }

  Object.assign(downstream, { onclose: () => void close(), onerror: onFault });
  void downstream.opening.then((first) =>
    first === undefined || closing !== undefined ? close() : begin(first),
  );
  const gateway = {
    closed: ended.promise,
    quarantined: () => book.quarantined(),
    release: (order: Envelope | string) => book.release(order),
    close,
  };
  return { gateway, listening: downstream.listen() };
}

const badOption = (field: string, message: string): TtpError =>
  new TtpError('GATEWAY_BAD_OPTION', message, { field });
