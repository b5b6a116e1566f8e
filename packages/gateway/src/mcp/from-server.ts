import type { ClientContext } from '@modelcontextprotocol/client';
import type { RequestId } from '@modelcontextprotocol/server';
import { isJsonObject, type JsonObject, type Permit, TtpError } from '@ttp/core';
import { plainCopy } from '@ttp/crypto';
import type { Ttp } from '@ttp/sdk';
import { CLIENT_TIMEOUT_MS } from '../limits.js';
import { requireAlive } from './alive.js';
import { methodUnknown, protocolError, resultForServer } from './answers.js';
import { type Answer, ask, type Peer } from './ask.js';
import type { FaultRecord } from './fault-record.js';
import { label, labelBy, labelByAnswer, labelled } from './labels.js';
import { forwardable } from './meta.js';

/**
 * What a server may ask of the agent and its people only where the policy allows it. Roots too: a server that takes
 * them for its folders reads relative paths below whatever the agent names, and the policy would decide about other
 * files than those that are opened.
 */
const POLICED: readonly string[] = ['sampling/createMessage', 'elicitation/create', 'roots/list'];

/** Notifications that a server may send the agent. */
export const SERVER_NOTIFICATIONS: readonly string[] = [
  'notifications/message',
  'notifications/resources/updated',
  'notifications/resources/list_changed',
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/elicitation/complete',
];

/** What requests of the server need. */
export interface ServerSide {
  readonly ttp: Ttp;
  readonly server: string;
  /** What everything that the server says brings to the labels of the trace. */
  readonly labels: readonly string[];
  /** The agent. */
  readonly client: Peer;
  readonly record: FaultRecord;
  /** The request of the agent that this one is most likely about: over HTTP it is asked on the stream of that request. */
  readonly about: () => RequestId | undefined;
}

/** Answers one request of the server; otherwise like `answerAgent`. */
export async function answerServer(
  { ttp, server, labels, client, record, about }: ServerSide,
  request: { readonly method: string; readonly params?: unknown },
  context: ClientContext,
): Promise<JsonObject> {
  try {
    const { method } = request;
    const params = plainCopy(request.params ?? {});
    if (!isJsonObject(params))
      throw new TtpError('GATEWAY_BAD_REQUEST', 'params are an object', { field: 'params' });
    const input = forwardable(params);
    /** What the server asks is content like any other that it sends; what the agent answers may bring further labels. */
    const forward = async (signal: AbortSignal, permit: Permit): Promise<Answer> => {
      await label(ttp, labels);
      await labelBy(ttp, params);
      const asked = await labelled(ttp, input);
      permit.enter();
      signal.throwIfAborted();
      const id = about();
      const related = id === undefined ? {} : { relatedRequestId: id };
      const told = { method, params: asked };
      const answer = await ask(client, 'CLIENT', told, { signal, timeout: CLIENT_TIMEOUT_MS, ...related });
      await labelByAnswer(ttp, answer);
      return answer;
    };
    const { signal } = context.mcpReq;
    if (POLICED.includes(method))
      return resultForServer(
        await ttp.a2t({ server, tool: method, input }, (permit) =>
          forward(AbortSignal.any([permit.signal, signal]), permit),
        ),
      );
    requireAlive(ttp);
    record(method, undefined, 'GATEWAY_BAD_REQUEST');
    throw methodUnknown();
  } catch (error) {
    throw protocolError(error);
  }
}
