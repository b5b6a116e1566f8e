import {
  type Clock,
  type Did,
  type DidDocument,
  type Envelope,
  type Hash,
  type JsonObject,
  NONCE_BYTES,
  type Random,
  type Signer,
  TtpError,
} from '@ttp/core';
import {
  base64url,
  createSigner,
  envelopeId,
  generateKeyPair,
  IDENTITY_PURPOSES,
  keyPairOf,
  multikey,
  signEnvelope,
} from '@ttp/crypto';
import { DID_OPERATION, keyId } from './entry.js';
import type { DidType } from './grammar.js';
import { didOf, foldKeyLog } from './key-log.js';
import { contextOf } from './key-state.js';
import { commitment } from './log-member.js';
import type { InceptionBody, RotationBody, ServicesBody } from './operation.js';
import type { RecoveryCommitment } from './recovery/commitment.js';
import { checkServices, type ServiceEntry } from './service.js';

/** An identity and its private key, as its holder has them. Values: every change makes a new one. */
export interface Identity {
  readonly did: Did;
  readonly type: DidType;
  /** The private key in force: 32 bytes. It belongs in a key file, never in a log or message. */
  readonly seed: Uint8Array;
  /** The private key after it, where it is at hand. Kept elsewhere, it survives a theft of `seed`. */
  readonly nextSeed?: Uint8Array;
  readonly signer: Signer;
  readonly keyLog: readonly Envelope[];
}

/** An identity just made or rotated: its next private key is here and nowhere else yet. */
export interface NewIdentity extends Identity {
  readonly nextSeed: Uint8Array;
}

/** What {@link createIdentity} makes an identity of. */
export interface IdentityOptions {
  readonly type: DidType;
  readonly random: Random;
  readonly clock: Clock;
  /** Who answers for the identity and signs its inception, as the publisher of a tool does. */
  readonly parent?: Pick<Identity, 'did' | 'signer'>;
  /** What the inception commits to for recovery. */
  readonly recovery?: RecoveryCommitment;
  /** Where the identity can be reached; they become the second entry of the key log. */
  readonly services?: readonly ServiceEntry[];
}

/**
 * Makes an identity: two key pairs, and a key log whose first entry holds the one public key and commits to the other.
 *
 * @throws DID_UNKNOWN_TYPE, DID_BAD_SERVICE, and DID_BAD_LOG for a parent or recovery that no inception can have
 */
export async function createIdentity(options: IdentityOptions): Promise<NewIdentity> {
  const { type, random, clock, parent, recovery, services = [] } = options;
  const { seed, publicKey } = generateKeyPair(random);
  const next = generateKeyPair(random);
  const body: InceptionBody = {
    v: 1,
    type,
    keys: [multikey(publicKey)],
    next: [commitment(multikey(next.publicKey))],
    ...(recovery === undefined ? {} : { recovery }),
    ...(parent === undefined ? {} : { parent: parent.did }),
    nonce: base64url(random.bytes(NONCE_BYTES)),
  };
  const did = didOf(body);
  const signer = signerOf(did, seed, 1);
  const entry = await signEnvelope({
    type: DID_OPERATION,
    head: { iss: did, iat: clock.now() },
    body,
    signers: parent === undefined ? [signer] : [signer, parent.signer],
  });
  const identity = { did, type, seed, nextSeed: next.seed, signer, keyLog: [entry] };
  return services.length === 0 ? identity : setServices(identity, { services, clock });
}

/**
 * An identity from its key log and its private key.
 *
 * @param options.seed the private key in force, 32 bytes
 * @param options.nextSeed the one after it, where it is at hand
 * @param options.parents verified documents, among them those of the parent and of the guardians that signed
 * @param options.settled ids of the recoveries whose delay has passed without a veto
 * @throws DID_KEY_NOT_CURRENT when a seed is not of the key that the log names, and the codes of `documentOf`
 */
export function openIdentity(options: {
  readonly keyLog: readonly Envelope[];
  readonly seed: Uint8Array;
  readonly nextSeed?: Uint8Array;
  readonly parents?: readonly DidDocument[];
  readonly settled?: readonly Hash[];
}): Identity {
  const { keyLog, seed, nextSeed, parents = [], settled = [] } = options;
  const { did, type, keys, next, deactivated } = foldKeyLog(keyLog, contextOf(parents, settled));
  if (deactivated) throw new TtpError('DID_DEACTIVATED', `${did} is terminated`, { field: 'keyLog' });
  if (multikey(keyPairOf(seed).publicKey) !== keys.at(-1))
    throw new TtpError('DID_KEY_NOT_CURRENT', 'not the key in force', { field: 'seed' });
  if (nextSeed !== undefined && commitment(multikey(keyPairOf(nextSeed).publicKey)) !== next)
    throw new TtpError('DID_KEY_NOT_CURRENT', 'not the key committed to', { field: 'nextSeed' });
  return {
    did,
    type,
    seed,
    ...(nextSeed === undefined ? {} : { nextSeed }),
    signer: signerOf(did, seed, keys.length),
    keyLog,
  };
}

/**
 * Replaces the services of an identity by an entry that the key in force signs.
 *
 * @returns the identity with the longer key log
 * @throws DID_BAD_SERVICE
 */
export async function setServices<I extends Identity>(
  identity: I,
  change: { readonly services: readonly ServiceEntry[]; readonly clock: Clock },
): Promise<I> {
  const { keyLog, signer } = identity;
  const body: ServicesBody = {
    v: 1,
    op: 'services',
    seq: keyLog.length,
    services: checkServices(change.services),
  };
  return { ...identity, keyLog: await append(identity, body, [signer], change.clock) };
}

/** What {@link rotateIdentity} takes. */
export interface RotationOptions {
  readonly random: Random;
  readonly clock: Clock;
  /** Replaces the way to recover; the one before stays unless given. */
  readonly recovery?: RecoveryCommitment;
  /** The recovery to forbid: the id of the last entry of the key log (decision D3). */
  readonly veto?: Hash;
}

/**
 * Rotates to the key committed to, and commits to a fresh one. Both keys sign: a thief of the key in force alone
 * cannot take the identity along (flaw.D2).
 *
 * @returns the identity with the other key in force and the longer key log
 */
export async function rotateIdentity(identity: NewIdentity, change: RotationOptions): Promise<NewIdentity> {
  const { did, signer, keyLog, nextSeed: seed } = identity;
  const { recovery, veto } = change;
  const next = generateKeyPair(change.random);
  const revealed = signerOf(did, seed, keyNumber(identity) + 1);
  const body: RotationBody = {
    v: 1,
    op: 'rotate',
    seq: keyLog.length,
    keys: [multikey(revealed.publicKey)],
    next: [commitment(multikey(next.publicKey))],
    ...(recovery === undefined ? {} : { recovery }),
    ...(veto === undefined ? {} : { veto }),
  };
  return {
    ...identity,
    seed,
    nextSeed: next.seed,
    signer: revealed,
    keyLog: await append(identity, body, [signer, revealed], change.clock),
  };
}

/** Which key of its identity is in force, from 1, by the id it signs under. */
export const keyNumber = ({ did, signer }: Pick<Identity, 'did' | 'signer'>): number =>
  Number(signer.kid.slice(keyId(did, 0).length - 1));

/** A signer with the n-th key of an identity. */
export const signerOf = (did: Did, seed: Uint8Array, n: number): Signer =>
  createSigner({ seed, kid: keyId(did, n), purposes: IDENTITY_PURPOSES });

/** The key log with one entry more. */
export async function append(
  { did, keyLog }: Pick<Identity, 'did' | 'keyLog'>,
  body: JsonObject,
  signers: readonly Signer[],
  clock: Clock,
): Promise<readonly Envelope[]> {
  const last = keyLog.at(-1);
  if (last === undefined) throw new TtpError('DID_BAD_LOG', 'entries: no entry', { field: 'keyLog' });
  const head = { iss: did, iat: clock.now(), prev: envelopeId(last) };
  return [...keyLog, await signEnvelope({ type: DID_OPERATION, head, body, signers })];
}
