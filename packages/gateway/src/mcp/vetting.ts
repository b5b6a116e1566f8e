import {
  type Clock,
  codeOf,
  type Did,
  type ErrorCode,
  type JsonObject,
  type Signer,
  TtpError,
} from '@ttp/core';
import { MIN_TRUST_SCORE } from '../limits.js';
import type { FaultRecord } from './fault-record.js';
import type { SeenTool } from './listing.js';
import { type ProvenanceRequirement, requireProvenance } from './provenance.js';

/** How far a tool has to be trusted. */
export interface TrustRequirement {
  /** 0 to 100; {@link MIN_TRUST_SCORE} unless given. */
  readonly minTrustScore?: number;
  /** The score of a tool, 0 to 100; what is not known, or no number in these bounds, is 0 (decision D23). */
  readonly scoreOf: (tool: {
    readonly server: string;
    readonly tool: string;
    readonly digest: string;
    /** Who answers for it, where provenance is required. */
    readonly publisher?: Did;
  }) => Promise<number | undefined>;
}

/** What is demanded of the tools of a server beside that they are what was pinned. */
export interface ToolRequirements {
  /** Only tools that one of these publishers answers for are listed and called. */
  readonly provenance?: ProvenanceRequirement;
  /** Only tools of at least this score are listed and called. */
  readonly trust?: TrustRequirement;
  /**
   * The agent's key, which signs every call, resource and prompt before it is decided: `ttp/intent@1` over the action
   * and the canonical arguments, see {@link intentEvidence}.
   */
  readonly intents?: Signer;
}

/** Looks at tools as they are listed, and at each before it is called. */
export interface Vetting {
  /** Those that fulfil what is demanded. What any other lacks is recorded, once for each definition. */
  passed(tools: readonly SeenTool[]): Promise<readonly SeenTool[]>;
  /**
   * What was found out about a tool, for the evidence of a call.
   *
   * @throws GATEWAY_TOOL_UNPROVEN, GATEWAY_TOOL_UNTRUSTED, and the codes of signature, key log and chain
   */
  require(tool: SeenTool): Promise<JsonObject>;
}

/** Throws GATEWAY_BAD_OPTION where the requirements are none. */
export function createVetting(
  { provenance, trust }: ToolRequirements,
  { server, clock, record }: { readonly server: string; readonly clock: Clock; readonly record: FaultRecord },
): Vetting {
  const minimum = minimumOf(trust);
  const told = new WeakMap<SeenTool, ErrorCode>();

  async function require(tool: SeenTool): Promise<JsonObject> {
    const publisher = provenance === undefined ? undefined : await requireProvenance(tool, provenance, clock);
    const known = publisher === undefined ? {} : { publisher };
    if (trust === undefined) return known;
    const { key, digest } = tool;
    const score = scoreIn(await trust.scoreOf({ server, tool: key, digest, ...known }));
    if (score < minimum)
      throw new TtpError('GATEWAY_TOOL_UNTRUSTED', `${key} has ${score} of ${minimum}`, { field: 'tool' });
    return { ...known, score };
  }

  /** Whether it passes; a fault of whoever is asked is no score and no proof. */
  async function passes(tool: SeenTool): Promise<boolean> {
    try {
      await require(tool);
      return true;
    } catch (error) {
      const code = codeOf(error, 'GATEWAY_TOOL_UNTRUSTED');
      if (told.get(tool) !== code) record(tool.key, error, 'GATEWAY_TOOL_UNTRUSTED');
      told.set(tool, code);
      return false;
    }
  }

  return {
    require,
    async passed(tools) {
      const results = await Promise.all(tools.map(async (tool) => ((await passes(tool)) ? [tool] : [])));
      return results.flat();
    },
  };
}

function minimumOf(trust: TrustRequirement | undefined): number {
  const { minTrustScore = MIN_TRUST_SCORE } = trust ?? {};
  if (typeof minTrustScore === 'number' && minTrustScore >= 0 && minTrustScore <= 100) return minTrustScore;
  throw new TtpError('GATEWAY_BAD_OPTION', 'a trust score is 0 to 100', { field: 'minTrustScore' });
}

const scoreIn = (score: number | undefined): number =>
  typeof score === 'number' && score >= 0 && score <= 100 ? score : 0;
