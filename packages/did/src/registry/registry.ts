import { type AppendLog, type Clock, type Did, type Envelope, isTtpError, TtpError } from '@ttp/core';
import { decodeEnvelope, encodeEnvelope, verifyEnvelope } from '@ttp/crypto';
import type { WebPorts } from '../foreign/fetch-json.js';
import { keyLookup } from '../key-lookup.js';
import { STORE_MAX_TRIES } from '../limits.js';
import type { KeyLogResolver } from '../resolver.js';
import {
  claimSigners,
  familyOf,
  NAME_CLAIM,
  type NameAuthority,
  type NameClaimBody,
  parseName,
  parseNameClaim,
} from './claim.js';
import { requireDomainProof } from './domain.js';
import { decodeNameEntry, encodeNameEntry, type NameAnswer, type NameBinding } from './entry.js';
import { createLogHead, leafHash } from './log-head.js';

/** Where names are looked up: the live binding of each, with the claim that made it. */
export interface NameRegistry {
  /** @returns undefined for a name that nobody claimed; throws the codes of `parseDid` */
  lookup(name: string): Promise<NameAnswer | undefined>;
}

/** A registry that takes claims. */
export interface NameRegister extends NameRegistry {
  /**
   * Takes a claim, once it is signed and its authority was found.
   *
   * @throws DID_BAD_CLAIM, DID_NAME_TAKEN, DID_NAME_UNAUTHORISED, DID_NAME_UNPROVED, DID_STORE_CONFLICT, the codes of
   *   `parseDid`, `verifyEnvelope`, of the resolver and of the log
   */
  claim(claim: Envelope | string): Promise<NameBinding>;
  /** Every binding that a name ever had, oldest first. */
  history(name: string): Promise<readonly NameBinding[]>;
}

/** What {@link createNameRegistry} runs on. */
export interface NameRegistryOptions {
  /** The registry's own log: append-only, its order is the order of claims. */
  readonly log: AppendLog;
  readonly resolver: Pick<KeyLogResolver, 'resolve' | 'ancestors'>;
  /** Whose signature lets anybody have any name. */
  readonly operators: readonly Did[];
  readonly clock: Clock;
  /** For domain proofs; without it none is taken. */
  readonly web?: WebPorts;
}

/**
 * A registry of names on an append-only log. A first claim needs an authority (flaw.D1): an operator of the registry;
 * for a publisher its domain; for the others the publisher whose inception chain they are in, and who has a name here.
 * A name that is taken goes to somebody else only by the authority that gave it or by an operator, and so do further
 * versions of it (flaw.D4).
 */
export function createNameRegistry(options: NameRegistryOptions): NameRegister {
  const { log, resolver, operators, clock, web } = options;
  const histories = new Map<string, NameBinding[]>();
  /** The binding of a family that was made last. */
  const families = new Map<string, NameBinding>();
  const head = createLogHead();
  let read = 0n;

  /** Takes up what was appended since, here or by another process. */
  async function follow(): Promise<void> {
    const size = await log.size();
    if (size <= read) return;
    const from = read;
    const fresh: { readonly binding: NameBinding; readonly leaf: Uint8Array }[] = [];
    for await (const bytes of log.read(from, size))
      fresh.push({
        binding: decodeNameEntry(bytes, from + BigInt(fresh.length)),
        leaf: leafHash(bytes),
      });
    // Two calls may have read the same entries: each counts once.
    for (const { binding, leaf } of fresh.filter(({ binding: { index } }) => index >= read)) {
      take(binding);
      head.append(leaf);
      read = binding.index + 1n;
    }
  }

  function take(binding: NameBinding): void {
    const name = parseName(binding.name);
    const before = histories.get(binding.name);
    if (before === undefined) histories.set(binding.name, [binding]);
    else before.push(binding);
    families.set(familyOf(name), binding);
  }

  /** Throws unless the claim may follow what is bound now. */
  async function requireRight(body: NameClaimBody): Promise<void> {
    const { name, did, authority, prev } = body;
    const parsed = parseName(name);
    const live = histories.get(name)?.at(-1);
    if (live?.did === did) throw refuse('DID_NAME_TAKEN', 'name', `${name} is theirs already`);
    if (prev !== live?.id)
      throw live === undefined
        ? refuse('DID_BAD_CLAIM', 'prev', 'there is no claim before')
        : refuse('DID_NAME_TAKEN', 'prev', `${name} belongs to ${live.did}`);
    await requireAuthority(body);
    const family = live ?? families.get(familyOf(parsed));
    if (family !== undefined && authority.kind !== 'operator' && !isSame(authority, family.body.authority))
      throw refuse('DID_NAME_UNAUTHORISED', 'authority', `not the authority of ${family.name}`);
    if (authority.kind !== 'domain') return;
    if (web === undefined || parsed.method !== 'tessorium')
      throw refuse('DID_NAME_UNPROVED', 'authority', 'no domain proofs are taken here');
    await requireDomainProof(authority.domain, { text: name, parsed }, did, web);
  }

  async function requireAuthority({ name, did, authority }: NameClaimBody): Promise<void> {
    if (authority.kind === 'domain') return;
    if (authority.kind === 'operator') {
      if (operators.includes(authority.did)) return;
      throw refuse('DID_NAME_UNAUTHORISED', 'authority', `${authority.did} is no operator of this registry`);
    }
    const parsed = parseName(name);
    const known =
      hasName(authority.did, parsed.method === 'service' ? `${parsed.provider}:` : '') &&
      (await resolver.ancestors(did)).includes(authority.did);
    if (!known)
      throw refuse('DID_NAME_UNAUTHORISED', 'authority', `${authority.did} is not the publisher of ${name}`);
  }

  /** Whether the publisher has a name here: any, or that of a provider in any version. */
  const hasName = (did: Did, provider: string): boolean =>
    [...histories.values()].some((bindings) => {
      const live = bindings.at(-1);
      return live?.did === did && live.name.startsWith(`did:tessorium:publisher:${provider}`);
    });

  return {
    async lookup(name) {
      parseName(name);
      await follow();
      const live = histories.get(name)?.at(-1);
      return live && { ...live, checkpoint: { size: read, root: head.root() } };
    },

    async history(name) {
      parseName(name);
      await follow();
      return [...(histories.get(name) ?? [])];
    },

    async claim(input) {
      const claim = decodeEnvelope(typeof input === 'string' ? input : encodeEnvelope(input));
      const body = await verifyNameClaim(claim, resolver);
      for (let tries = 0; tries < STORE_MAX_TRIES; tries++) {
        await follow();
        const size = read;
        await requireRight(body);
        const entry = encodeNameEntry(claim, clock.now());
        try {
          // The proof of a domain takes its time: what was claimed meanwhile is found here.
          const index = await log.append([entry], size);
          await follow();
          return decodeNameEntry(entry, index);
        } catch (error) {
          if (!isTtpError(error, 'LOG_CONFLICT')) throw error;
        }
      }
      throw refuse('DID_STORE_CONFLICT', 'log', 'the log of the registry kept growing');
    },
  };
}

/**
 * Verifies the signatures of a claim, with the keys that its identities have in force.
 *
 * @throws DID_BAD_CLAIM, and the codes of `parseDid`, `verifyEnvelope` and the resolver
 */
export async function verifyNameClaim(
  claim: Envelope,
  resolver: Pick<KeyLogResolver, 'resolve'>,
): Promise<NameClaimBody> {
  const { did, authority } = parseNameClaim(claim.body);
  const signers = new Set([did, ...('did' in authority ? [authority.did] : [])]);
  const documents = await Promise.all([...signers].map((signer) => resolver.resolve(signer)));
  const { body } = verifyEnvelope(claim, {
    type: NAME_CLAIM,
    parse: parseNameClaim,
    signers: claimSigners,
    keyOf: keyLookup(documents),
    now: claim.head.iat,
  });
  return body;
}

const isSame = (one: NameAuthority, other: NameAuthority): boolean =>
  one.kind === 'domain'
    ? other.kind === 'domain' && one.domain === other.domain
    : other.kind !== 'domain' && one.did === other.did;

function refuse(
  code:
    | 'DID_BAD_CLAIM'
    | 'DID_NAME_TAKEN'
    | 'DID_NAME_UNAUTHORISED'
    | 'DID_NAME_UNPROVED'
    | 'DID_STORE_CONFLICT',
  field: string,
  message: string,
): TtpError {
  return new TtpError(code, `${field}: ${message}`, { field });
}
