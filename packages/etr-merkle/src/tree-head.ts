import { asHash, type Envelope, type Hash, type JsonObject, type Signer, TtpError } from '@ttp/core';
import { bytesOfHash, issuerOf, signEnvelope, verifyEnvelope } from '@ttp/crypto';
import { positionToJson } from './position.js';
import { hashText } from './proof.js';

/** Envelope type of a tree head. */
const TREE_HEAD = 'ttp/tree-head@1';

/** A tree head with the time that a checkpoint does not carry (C2SP advises against lines that nobody can audit). */
export interface TreeHead {
  readonly origin: string;
  readonly size: bigint;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Wall clock, ms; never before the head it follows. */
  readonly at: number;
  /** Id of the head before, so that heads chain. */
  readonly prev?: Hash;
  /** Hash of what the log's keeper has kept to open it from here; says nothing to anybody else. */
  readonly state?: Hash;
}

/**
 * Signs a tree head as an envelope. Together with the checkpoint of the same size it is the log's signed tree head.
 *
 * @param head `prev` and a time no earlier than its predecessor's are the caller's to see to
 * @param signer the log key, purpose `ttp/tree-head@1`
 * @throws ETR_BAD_POSITION, ETR_BAD_HASH, CRYPTO_PURPOSE_NOT_ALLOWED
 */
export function signTreeHead(head: TreeHead, signer: Signer): Promise<Envelope> {
  const { origin, size, root, at, prev, state } = head;
  return signEnvelope({
    type: TREE_HEAD,
    head: { iss: issuerOf(signer), iat: at, ...(prev === undefined ? {} : { prev }) },
    body: {
      v: 1,
      origin,
      size: positionToJson(size, 'size'),
      root: hashText(root),
      ...(state === undefined ? {} : { state }),
    },
    signers: [signer],
  });
}

/**
 * Verifies a tree head's envelope.
 *
 * @param envelope as received
 * @param key the log key that the caller trusts, with its full DID URL
 * @throws ETR_BAD_CHECKPOINT for a body that is no tree head, and the CRYPTO_ENVELOPE_* codes
 */
export function openTreeHead(
  envelope: Envelope,
  key: { readonly kid: string; readonly publicKey: Uint8Array },
): TreeHead & { readonly id: Hash } {
  const { id, head, body } = verifyEnvelope(envelope, {
    type: TREE_HEAD,
    parse: parseBody,
    keyOf: (kid) => (kid === key.kid ? key.publicKey : undefined),
    // A record does not age: this is what a log said at that time.
    now: envelope.head.iat,
  });
  return { ...body, id, at: head.iat, ...(head.prev === undefined ? {} : { prev: head.prev }) };
}

function parseBody(body: JsonObject): { origin: string; size: bigint; root: Uint8Array; state?: Hash } {
  const { v, origin, size, root, state, ...surplus } = body;
  if (v !== 1 || typeof origin !== 'string' || typeof root !== 'string' || Object.keys(surplus).length > 0)
    throw new TtpError('ETR_BAD_CHECKPOINT', 'the body is not a tree head');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw new TtpError('ETR_BAD_CHECKPOINT', 'not a tree size', { field: 'size' });
  if (state !== undefined && typeof state !== 'string')
    throw new TtpError('ETR_BAD_CHECKPOINT', 'not a hash', { field: 'state' });
  return {
    origin,
    size: BigInt(size),
    root: bytesOfHash(asHash(root)),
    ...(state === undefined ? {} : { state: asHash(state) }),
  };
}
