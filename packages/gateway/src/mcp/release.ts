import {
  asHash,
  type Envelope,
  type Hash,
  type JsonObject,
  type Operator,
  type Operators,
  type Signer,
  TtpError,
} from '@ttp/core';
import { issuerOf, signEnvelope, verifyOperatorEnvelope } from '@ttp/crypto';

const TYPE = 'ttp/tool-release@1';

/** What an operator signs to let a quarantined tool be used again: exactly this definition of it. */
export interface ToolRelease {
  /** The name of the server, as the gateway knows it. */
  readonly server: string;
  readonly tool: string;
  /** Of the definition in quarantine. */
  readonly digest: Hash;
}

/** A release that verified. */
export interface VerifiedRelease extends ToolRelease {
  readonly id: Hash;
  /** When it was signed, ms. */
  readonly signedAt: number;
  readonly operator: Operator;
}

/**
 * Signs the release of one tool, with the operator's key.
 *
 * @param now wall clock, ms
 * @throws GATEWAY_RELEASE_INVALID, CORE_BAD_HASH, and what the signer throws
 */
export function signToolRelease(
  { server, tool, digest }: ToolRelease,
  signer: Signer,
  now: number,
): Promise<Envelope<typeof TYPE>> {
  const body = { ...parseRelease({ server, tool, digest }) };
  return signEnvelope({ type: TYPE, head: { iss: issuerOf(signer), iat: now }, body, signers: [signer] });
}

/**
 * A release from outside, by an operator who may sign policies.
 *
 * @param now wall clock, ms
 * @throws GATEWAY_OPERATORS_ABSENT, GATEWAY_RELEASE_INVALID, CORE_BAD_HASH, and the codes of `verifyOperatorEnvelope`
 */
export async function verifyToolRelease(
  input: Envelope | string,
  operators: Operators | undefined,
  now: number,
): Promise<VerifiedRelease> {
  if (operators === undefined)
    throw new TtpError('GATEWAY_OPERATORS_ABSENT', 'releases need a roster of operators');
  const { id, head, body, operator } = await verifyOperatorEnvelope(input, {
    type: TYPE,
    parse: parseRelease,
    operators,
    now,
    privileges: ['policy:sign'],
  });
  return { ...body, id, signedAt: head.iat, operator };
}

function parseRelease({ server, tool, digest, ...rest }: JsonObject): ToolRelease {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw invalid(unknown);
  if (typeof server !== 'string' || server === '') throw invalid('server');
  if (typeof tool !== 'string' || tool === '') throw invalid('tool');
  if (typeof digest !== 'string') throw invalid('digest');
  return { server, tool, digest: asHash(digest) };
}

const invalid = (member: string): TtpError =>
  new TtpError('GATEWAY_RELEASE_INVALID', `the order has a wrong ${member}`, { field: `body.${member}` });
