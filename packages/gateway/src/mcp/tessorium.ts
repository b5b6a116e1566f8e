import { type Did, type Signer, type Storage, TtpError } from '@ttp/core';
import { createSigner, fromBase64url } from '@ttp/crypto';
import type { Ttp } from '@ttp/sdk';
import { policiesOf } from '@ttp/spl';
import type { McpGatewayOptions } from './gateway.js';
import type { ToolRequirements, TrustRequirement } from './vetting.js';
import { type ConnectableServer, type ProtectedMcpServer, wrapMcpServer } from './wrap-server.js';

/** Where the agent's key is read from when it is not given. It is cleared there at once (flaw.D9). */
const KEY_VARIABLE = 'TTP_PRIVATE_KEY';

/** What the agent's key signs here: nothing but intents, whatever else it may sign elsewhere. */
const PURPOSES: readonly string[] = ['ttp/intent@1'];

/** The agent that a {@link TessoriumMCPGateway} acts for. */
export interface TessoriumAgent {
  /** `observe` is monitor mode; `enforce` and `hybrid` (agent and gateway both enforce) are one here. It has to be that of `ttp`. */
  readonly mode: 'enforce' | 'observe' | 'hybrid';
  /** Its `did:ttp`, or the name that its policy is written for. */
  readonly agentDid: string;
  /** The seed of its key, 32 bytes, base64url as text. Without it and a signer it is taken from TTP_PRIVATE_KEY. */
  readonly privateKey?: string | Uint8Array;
  /** The id of that key in the agent's document; `<did>#key-1` unless given. */
  readonly kid?: string;
  /** Signs instead of a key in memory: a KMS, a key store. */
  readonly signer?: Signer;
}

/** What is demanded of tools. */
export interface ToolTrustRequirements {
  /** Tools below are filtered out; 50 unless given. */
  readonly minTrustScore?: number;
  /** Whether every call is signed before it is decided; it is unless this is false. */
  readonly requireIntentAttestation?: boolean;
  /**
   * 0 to 100; 80 unless given. No score approves a write, an external effect or restricted data (decision D35), and this
   * gateway approves nothing by a score at all: what a policy leaves to a human waits for one.
   */
  readonly autoApprovalThreshold?: number;
}

/** What {@link TessoriumMCPGateway} is given. */
export interface TessoriumGatewayOptions
  extends Pick<McpGatewayOptions, 'operators' | 'callTimeoutMs' | 'ports' | 'onFault' | 'labels'> {
  readonly tessorium: TessoriumAgent;
  readonly toolTrustRequirements?: ToolTrustRequirements;
  /** The enforcement point of that agent. */
  readonly ttp: Ttp;
  readonly storage: Storage;
  /** The name of the server in call map, policy, pins and log. */
  readonly server: string;
  /** The score of a tool, 0 to 100. A tool that nobody knows a score of has 0. */
  readonly scoreOf: TrustRequirement['scoreOf'];
  /** Whose tools are used, where that matters. */
  readonly provenance?: ToolRequirements['provenance'];
}

/**
 * The MCP gateway as the documents write it (ttp-protocol.txt L2425-2446): tools, resources and prompts of an MCP server
 * behind an enforcement point; tools below the threshold are filtered out, every call is signed before it is decided,
 * and results are recorded.
 */
export class TessoriumMCPGateway {
  readonly #options: Omit<McpGatewayOptions, 'upstream' | 'downstream'>;

  /** @throws GATEWAY_BAD_OPTION */
  constructor({
    tessorium,
    toolTrustRequirements = {},
    provenance,
    scoreOf,
    ...rest
  }: TessoriumGatewayOptions) {
    const {
      minTrustScore,
      requireIntentAttestation = true,
      autoApprovalThreshold = 80,
    } = toolTrustRequirements;
    const taken = takeVariable();
    const agent = agentOf(tessorium, rest.ttp);
    if (!(autoApprovalThreshold >= 0 && autoApprovalThreshold <= 100))
      throw bad('autoApprovalThreshold', 'a threshold is 0 to 100');
    const requirements: ToolRequirements = {
      trust: { scoreOf, ...(minTrustScore === undefined ? {} : { minTrustScore }) },
      ...(provenance === undefined ? {} : { provenance }),
      ...(requireIntentAttestation ? { intents: signerOf(tessorium, agent, taken) } : {}),
    };
    this.#options = { ...rest, requirements };
  }

  /** Wraps an MCP server of this process: whoever connects to what is returned gets there by way of the gateway. */
  wrapServer(mcpServer: ConnectableServer): ProtectedMcpServer {
    return wrapMcpServer(mcpServer, this.#options);
  }
}

/** What stands in the environment, which no tool of this process may read later. */
function takeVariable(): string | undefined {
  const value = process.env[KEY_VARIABLE];
  delete process.env[KEY_VARIABLE];
  return value;
}

/** The agent that is meant is the one that `ttp` acts for, in the mode that it acts in. */
function agentOf({ mode, agentDid }: TessoriumAgent, ttp: Ttp): Did {
  if ((mode === 'observe' ? 'observe' : 'enforce') !== ttp.mode)
    throw bad('tessorium.mode', `the enforcement point is in mode ${ttp.mode}`);
  const names = policiesOf(ttp.policy).map((one) => one.policy.document.agentDid);
  if (agentDid !== ttp.did && !names.includes(agentDid))
    throw bad('tessorium.agentDid', 'the enforcement point acts for another agent');
  return ttp.did;
}

function signerOf(
  { privateKey, kid, signer }: TessoriumAgent,
  agent: Did,
  taken: string | undefined,
): Signer {
  if (signer !== undefined) return signer;
  const key = privateKey ?? taken;
  if (key === undefined || key === '') throw bad('tessorium.privateKey', 'intents need a key or a signer');
  const id = kid ?? `${agent}#key-1`;
  if (!id.startsWith(`${agent}#`)) throw bad('tessorium.kid', 'the key is another agent’s');
  try {
    return createSigner({
      seed: typeof key === 'string' ? fromBase64url(key) : key,
      kid: id,
      purposes: PURPOSES,
    });
  } catch {
    // The cause would quote the key.
    throw bad('tessorium.privateKey', 'a private key is 32 bytes, base64url as text');
  }
}

const bad = (field: string, message: string): TtpError =>
  new TtpError('GATEWAY_BAD_OPTION', message, { field });
