import {
  type Clock,
  type Did,
  type EvidenceSource,
  type Fetch,
  type Interaction,
  type JsonObject,
  TtpError,
} from '@ttp/core';
import { joinBytes, parseJson, utf8 } from '@ttp/crypto';
import { authZenRequestOf, parseAuthZenResponse } from '@ttp/spl/interop';
import { DECISION_POINT_MAX_BYTES, LOCAL_FACT_VALID_MS } from './limits.js';

/** Another decision point that speaks AuthZEN 1.0. Its answer is the attribute `pdp.decision` of a policy. */
export interface DecisionPoint {
  /** Its access evaluation endpoint, such as `https://pdp.example.com/access/v1/evaluation`. */
  readonly url: string;
  /** How it is reached: `createFetch` of @ttp/adapters/fetch. */
  readonly fetch: Fetch;
  /** Such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What it is told about the call, as properties of the action; nothing unless given. */
  readonly properties?: (interaction: Interaction) => JsonObject;
}

/**
 * Asks the decision point about every call. It is optional evidence: an answer that does not come, or is none, leaves
 * `pdp.decision` unknown, which never grants and which denies in a deny rule (decision D13).
 */
export function decisionPointSource(point: DecisionPoint, agent: Did, clock: Clock): EvidenceSource {
  const { url, headers, properties } = point;
  return {
    name: 'pdp',
    optional: true,
    async gather(interaction, signal) {
      const at = clock.now();
      const response = await point.fetch.fetch({
        url,
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
        body: utf8(JSON.stringify(authZenRequestOf(interaction, agent, properties?.(interaction)))),
        signal,
      });
      if (response.status !== 200)
        throw new TtpError('SDK_DECISION_POINT_FAILED', `the decision point answers ${response.status}`);
      const body = await readAll(response.body);
      const { decision } = parseAuthZenResponse(parseJson(body, { profile: 'foreign' }));
      return { value: { decision }, at, validFor: LOCAL_FACT_VALID_MS };
    },
  };
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > DECISION_POINT_MAX_BYTES)
      throw new TtpError(
        'SDK_DECISION_POINT_FAILED',
        `an answer of more than ${DECISION_POINT_MAX_BYTES} bytes`,
      );
    chunks.push(chunk);
  }
  return joinBytes(chunks);
}
