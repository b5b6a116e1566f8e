import type { ServerContext } from '@modelcontextprotocol/server';
import type { Clock, JsonObject, Signer } from '@ttp/core';
import type { Ttp } from '@ttp/sdk';
import type { Peer } from './ask.js';
import type { FaultRecord } from './fault-record.js';
import type { SeenTool } from './listing.js';
import type { PinBook } from './pin-book.js';
import type { Vetting } from './vetting.js';

/** What requests of the agent need. */
export interface AgentSide {
  readonly ttp: Ttp;
  /** The name of the server, as call map and policy know it. */
  readonly server: string;
  readonly upstream: Peer;
  readonly book: PinBook;
  readonly clock: Clock;
  /** How long the server may be silent, ms. */
  readonly timeoutMs: number;
  /** What everything that the server says brings to the labels of the trace. */
  readonly labels: readonly string[];
  /** Lists the server's tools anew. */
  readonly list: () => Promise<readonly SeenTool[]>;
  readonly record: FaultRecord;
  readonly vetting: Vetting;
  /** The agent's key, where every tool call has to be signed. */
  readonly intents: Signer | undefined;
  /** Counts what the server says unasked. Throws GATEWAY_UPSTREAM_FLOOD. */
  readonly flood: (message: unknown) => void;
  readonly onFault: (fault: unknown) => void;
}

/** A request of the agent, read once. */
export interface Asked {
  readonly method: string;
  readonly params: JsonObject;
  readonly context: ServerContext;
  /** What the answer brings to the labels of the trace, as far as it is known before. */
  readonly brings?: () => readonly string[];
  /** What the gateway says to the server beside it. */
  readonly says?: JsonObject;
}
