import {
  asDid,
  asHash,
  type Clock,
  type Did,
  type Envelope,
  type EnvelopeHead,
  type Hash,
  type JsonObject,
  type Signer,
  TtpError,
} from '@ttp/core';
import { type SignersRule, signEnvelope } from '@ttp/crypto';
import * as z from 'zod/mini';
import { checkHost, type DidType } from '../grammar.js';
import { hashText, readShape } from '../shape.js';
import { type IsnadName, parseDid, type ServiceName, type TessoriumName, type TtpDid } from '../syntax.js';

/** The type of a claim of a name. */
export const NAME_CLAIM = 'ttp/name-claim@1';

/** Who answers for a claim, besides the identity that makes it (decision D1). */
export type NameAuthority =
  /** An operator of the registry: signs. */
  | { readonly kind: 'operator'; readonly did: Did }
  /** The publisher above an agent, skill, tool or service: signs. */
  | { readonly kind: 'publisher'; readonly did: Did }
  /** The domain of a publisher: serves `/.well-known/ttp.json`. */
  | { readonly kind: 'domain'; readonly domain: string };

/** The body of a claim. */
export type NameClaimBody = {
  readonly v: 1;
  readonly name: string;
  readonly did: Did;
  readonly authority: NameAuthority;
  /** The id of the claim that this one replaces: a name that changes hands shows it. */
  readonly prev?: Hash;
};

/** A parsed name. */
export type Name = TessoriumName | ServiceName | IsnadName;

const claim = z.strictObject({
  v: z.literal(1),
  name: z.string(),
  did: z.string(),
  authority: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('operator'), did: z.string() }),
    z.strictObject({ kind: z.literal('publisher'), did: z.string() }),
    z.strictObject({ kind: z.literal('domain'), domain: z.string() }),
  ]),
  prev: z.exactOptional(hashText),
});

/**
 * Reads the body of a claim: a name of a form that names, an identity of the type that it says, an authority.
 *
 * @throws DID_BAD_CLAIM, and the codes of `parseDid`
 */
export function parseNameClaim(body: JsonObject): NameClaimBody {
  const { v, name, did, authority, prev } = readShape(claim, body, 'DID_BAD_CLAIM');
  const type = typeOf(parseName(name));
  const holder = ttpDid(did, 'did');
  if (type !== undefined && holder.type !== type) throw bad('did', `not of type ${type}`);
  return {
    v,
    name,
    did: asDid(did),
    authority: readAuthority(authority, type),
    ...(prev === undefined ? {} : { prev: asHash(prev) }),
  };
}

/**
 * Reads a name. Throws DID_BAD_CLAIM for an identity, and the codes of `parseDid`.
 */
export function parseName(text: string): Name {
  const parsed = parseDid(text);
  if (parsed.method === 'tessorium' || parsed.method === 'service' || parsed.method === 'isnad')
    return parsed;
  throw bad('name', 'an identity is no name');
}

/** What all versions of a name have in common: the version is not identity (decision D4). */
export function familyOf(name: Name): string {
  if (name.method === 'tessorium') return `did:tessorium:${name.type}:${name.identifier}`;
  return name.method === 'service' ? `did:service:${name.provider}:${name.name}` : `isnad:${name.hex}`;
}

/** Who has to sign: the identity, and the authority where it is one that signs. */
export function claimSigners({ iss }: EnvelopeHead, unread: JsonObject): SignersRule {
  const { did, authority } = parseNameClaim(unread);
  if (iss !== did) throw bad('head.iss', 'not the identity that claims');
  return { all: 'did' in authority && authority.did !== did ? [did, authority.did] : [did] };
}

/**
 * Signs a claim. Where an authority has to sign as well, its signer is among `signers`.
 *
 * @throws DID_BAD_CLAIM, the codes of `parseDid` and of `signEnvelope`
 */
export async function signNameClaim(
  statement: Omit<NameClaimBody, 'v'>,
  { signers, clock }: { readonly signers: readonly Signer[]; readonly clock: Clock },
): Promise<Envelope<typeof NAME_CLAIM, NameClaimBody>> {
  const body = parseNameClaim({ v: 1, ...statement });
  return signEnvelope({ type: NAME_CLAIM, head: { iss: body.did, iat: clock.now() }, body, signers });
}

function readAuthority(shape: z.infer<typeof claim>['authority'], type: DidType | undefined): NameAuthority {
  if (shape.kind === 'operator') {
    parseDid(shape.did);
    return { kind: 'operator', did: asDid(shape.did) };
  }
  if (shape.kind === 'publisher') {
    if (type === undefined || type === 'publisher')
      throw bad('authority', 'a publisher does not answer for this');
    if (ttpDid(shape.did, 'authority.did').type !== 'publisher')
      throw bad('authority.did', 'not a publisher');
    return { kind: 'publisher', did: asDid(shape.did) };
  }
  if (type !== 'publisher') throw bad('authority', 'a domain answers for publishers only');
  if (checkHost(shape.domain).includes(':')) throw bad('authority.domain', 'a port is not part of a domain');
  return { kind: 'domain', domain: shape.domain };
}

/** The type of identity that a name is of; an isnad name is of any. */
function typeOf(name: Name): DidType | undefined {
  if (name.method === 'isnad') return undefined;
  return name.method === 'service' ? 'service' : name.type;
}

function ttpDid(text: string, field: string): TtpDid {
  const parsed = parseDid(text);
  if (parsed.method !== 'ttp') throw bad(field, 'not a did:ttp');
  return parsed;
}

const bad = (field: string, message: string): TtpError =>
  new TtpError('DID_BAD_CLAIM', `${field}: ${message}`, { field });
