import {
  asHash,
  asTime,
  type Clock,
  type Did,
  type Envelope,
  type Hash,
  type JsonObject,
  type Signer,
  TtpError,
} from '@ttp/core';
import { decodeEnvelope, issuerOf, signEnvelope, verifyEnvelope } from '@ttp/crypto';
import { type KeyLogResolver, keyLookup, publisherChain, type Revocation, type Ruling } from '@ttp/did';
import { PROVENANCE_MAX_BYTES } from '../limits.js';
import type { SeenTool } from './listing.js';

const TYPE = 'ttp/tool-provenance@1';

/** What is said of a tool by whoever answers for it. */
export interface ToolProvenance {
  readonly tool: string;
  /** Over the definition and the identity of its server, as `quarantined()` and the log show it. */
  readonly digest: Hash;
}

/** Whose tools are used. */
export interface ProvenanceRequirement {
  /** Knows the key logs of tools and of who stands above them. */
  readonly resolver: Pick<KeyLogResolver, 'resolve' | 'ancestors'>;
  /** The publishers whose tools are used; those of no other are. */
  readonly publishers: readonly Did[];
  /** What was revoked, from `readRevocations` of @ttp/did; asked each time. */
  readonly known?: () => readonly (Revocation | Ruling)[];
}

/**
 * Signs for one definition of a tool, with the key of the tool's own identity, or of any between it and its publisher.
 * A server shows it in the definition: `_meta: { 'ttp/provenance': encodeEnvelope(...) }`.
 *
 * @param now wall clock, ms
 * @throws CORE_BAD_HASH, GATEWAY_TOOL_UNPROVEN, and what the signer throws
 */
export function signToolProvenance(
  { tool, digest }: ToolProvenance,
  signer: Signer,
  now: number,
): Promise<Envelope<typeof TYPE>> {
  const body = { ...parse({ tool, digest }) };
  return signEnvelope({
    type: TYPE,
    head: { iss: issuerOf(signer), iat: asTime(now) },
    body,
    signers: [signer],
  });
}

/**
 * Who answers for a tool: the signature is of a key in force, it is about exactly this definition, and a chain of signed
 * inceptions, none of them revoked, leads from whoever signed to one of the publishers.
 *
 * @returns the publisher
 * @throws GATEWAY_TOOL_UNPROVEN, and the codes of `verifyEnvelope`, `resolve` and `publisherChain`
 */
export async function requireProvenance(
  { key, digest, provenance }: SeenTool,
  { resolver, publishers, known = () => [] }: ProvenanceRequirement,
  clock: Pick<Clock, 'now'>,
): Promise<Did> {
  if (provenance === undefined || provenance.length > PROVENANCE_MAX_BYTES)
    throw unproven('nobody signed for the tool', 'definition');
  const { iss } = decodeEnvelope(provenance, { maxBytes: PROVENANCE_MAX_BYTES }).head;
  const now = clock.now();
  const { body } = verifyEnvelope(provenance, {
    type: TYPE,
    parse,
    keyOf: keyLookup([await resolver.resolve(iss)]),
    now,
    maxBytes: PROVENANCE_MAX_BYTES,
  });
  if (body.tool !== key) throw unproven(`signed for ${body.tool}`, 'body.tool');
  if (body.digest !== digest) throw unproven('signed for another definition', 'body.digest');
  const chain = await publisherChain(iss, { resolver, known: known(), at: now });
  const publisher = chain.at(-1);
  if (publisher === undefined || !publishers.includes(publisher))
    throw unproven(`published by ${publisher}`, 'head.iss');
  return publisher;
}

function parse({ tool, digest, ...rest }: JsonObject): ToolProvenance {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw unproven('unknown member', `body.${unknown}`);
  if (typeof tool !== 'string' || tool === '') throw unproven('no tool', 'body.tool');
  if (typeof digest !== 'string') throw unproven('no digest', 'body.digest');
  return { tool, digest: asHash(digest) };
}

const unproven = (message: string, field: string): TtpError =>
  new TtpError('GATEWAY_TOOL_UNPROVEN', message, { field });
