import { asDid, type Did, type Hash, isHash, type JsonObject, NONCE_BYTES, TtpError } from '@ttp/core';
import { fromBase64url, fromMultikey, hashBytes, registerKey, utf8 } from '@ttp/crypto';
import * as z from 'zod/mini';
import type { DidErrorCode } from './errors.js';
import { DID_TYPES, type DidType } from './grammar.js';
import { GUARDIANS_MAX_COUNT, SERVICES_MAX_COUNT } from './limits.js';
import { checkServices, type ServiceEntry } from './service.js';
import { parseDid } from './syntax.js';

/** How an identity can be recovered, committed to at its inception (decision D3). */
export type RecoveryCommitment = {
  /** Hash of the Multikey of a backup key. */
  readonly backup?: Hash;
  /** Who can recover it together: `atLeast` of them, which is 2 or more. */
  readonly guardians?: readonly Did[];
  readonly atLeast?: number;
};

/** The body of entry 0 of a key log. It holds no id: the id is its hash (decision D1). */
export type InceptionBody = {
  readonly v: 1;
  readonly type: DidType;
  /** The Multikey of the first key. */
  readonly keys: readonly [string];
  /** The hash of the Multikey of the key after it: pre-rotation. */
  readonly next: readonly [Hash];
  readonly recovery?: RecoveryCommitment;
  readonly parent?: Did;
  /** 32 bytes, base64url. */
  readonly nonce: string;
};

/** The body of a later entry that replaces the key by the one committed to, and commits to the one after (decision D2). */
export type RotationBody = {
  readonly v: 1;
  readonly op: 'rotate';
  readonly seq: number;
  readonly keys: readonly [string];
  readonly next: readonly [Hash];
};

/** The body of a later entry that replaces the services. */
export type ServicesBody = {
  readonly v: 1;
  readonly op: 'services';
  readonly seq: number;
  readonly services: readonly ServiceEntry[];
};

const establishment = { keys: z.array(z.string()), next: z.array(z.string()) };

const inception = z.strictObject({
  v: z.literal(1),
  type: z.enum(DID_TYPES),
  ...establishment,
  recovery: z.exactOptional(
    z.strictObject({
      backup: z.exactOptional(z.string()),
      guardians: z.exactOptional(z.array(z.string())),
      atLeast: z.exactOptional(z.int()),
    }),
  ),
  parent: z.exactOptional(z.string()),
  nonce: z.string(),
});

const rotation = z.strictObject({ v: z.literal(1), op: z.literal('rotate'), seq: z.int(), ...establishment });

const services = z.strictObject({
  v: z.literal(1),
  op: z.literal('services'),
  seq: z.int(),
  services: z
    .array(z.strictObject({ id: z.string(), type: z.string(), serviceEndpoint: z.string() }))
    .check(z.maxLength(SERVICES_MAX_COUNT)),
});

/**
 * Reads the body of an inception: every member known, the key fit for registration, a nonce of 32 bytes.
 *
 * @throws DID_BAD_LOG, DID_BAD_KEY, DID_LOG_UNSUPPORTED (several keys at once), CRYPTO_WEAK_KEY
 */
export function parseInception(body: JsonObject): InceptionBody {
  const { v, type, keys, next, recovery, parent, nonce } = shaped(inception, body);
  readNonce(nonce);
  return {
    v,
    type,
    ...readEstablishment(keys, next),
    ...(recovery === undefined ? {} : { recovery: readRecovery(recovery) }),
    ...(parent === undefined ? {} : { parent: identity(parent, 'parent', ['ttp']) }),
    nonce,
  };
}

/**
 * Reads the body of a later entry.
 *
 * @throws DID_BAD_LOG, DID_BAD_KEY, DID_BAD_SERVICE, CRYPTO_WEAK_KEY; DID_LOG_UNSUPPORTED for an operation that is
 * none of `rotate` and `services`: passing over what one does not understand could pass over a revocation
 */
export function parseOperation(body: JsonObject): RotationBody | ServicesBody {
  const { op } = body;
  if (op === 'rotate') {
    const { keys, next, ...rest } = shaped(rotation, body);
    return { ...rest, ...readEstablishment(keys, next) };
  }
  if (op === 'services') {
    const shape = shaped(services, body);
    return { ...shape, services: checkServices(shape.services) };
  }
  throw refuse('DID_LOG_UNSUPPORTED', 'op', 'not an operation that is processed');
}

/** What a key log says of a key before it shows the key: the hash of its Multikey text. */
export function commitment(key: string): Hash {
  return hashBytes(utf8(key));
}

function shaped<T>(schema: z.ZodMiniType<T>, body: JsonObject): T {
  const result = z.safeParse(schema, body);
  if (result.success) return result.data;
  const { path = [], message = '' } = result.error.issues[0] ?? {};
  throw refuse('DID_BAD_LOG', path.join('.') || 'body', message);
}

function readEstablishment(
  keys: readonly string[],
  next: readonly string[],
): {
  readonly keys: readonly [string];
  readonly next: readonly [Hash];
} {
  const [key, ...moreKeys] = keys;
  const [hash, ...moreHashes] = next;
  if (moreKeys.length > 0 || moreHashes.length > 0)
    throw refuse('DID_LOG_UNSUPPORTED', 'keys', 'several keys at once');
  if (key === undefined) throw refuse('DID_BAD_LOG', 'keys', 'no key');
  if (hash === undefined || !isHash(hash)) throw refuse('DID_BAD_LOG', 'next', 'not a hash');
  registerKey(readKey(key));
  // Committing to the key in force would make a rotation to it look like one.
  if (hash === commitment(key)) throw refuse('DID_BAD_LOG', 'next', 'the commitment is to the key in force');
  return { keys: [key], next: [hash] };
}

function readKey(key: string): Uint8Array {
  try {
    return fromMultikey(key);
  } catch (cause) {
    throw refuse('DID_BAD_KEY', 'keys', 'not the Multikey of an Ed25519 key', cause);
  }
}

function readNonce(nonce: string): void {
  let bytes: Uint8Array;
  try {
    bytes = fromBase64url(nonce);
  } catch (cause) {
    throw refuse('DID_BAD_LOG', 'nonce', 'not base64url', cause);
  }
  if (bytes.length !== NONCE_BYTES) throw refuse('DID_BAD_LOG', 'nonce', `not ${NONCE_BYTES} bytes`);
}

/** One helper must never be enough (flaw.D7): guardians come with a threshold of 2 or more, and each counts once. */
function readRecovery(shape: z.infer<typeof inception>['recovery'] & object): RecoveryCommitment {
  const { backup, guardians, atLeast } = shape;
  if (backup !== undefined && !isHash(backup)) throw refuse('DID_BAD_LOG', 'recovery.backup', 'not a hash');
  if ((guardians === undefined) !== (atLeast === undefined))
    throw refuse('DID_BAD_LOG', 'recovery', 'guardians and atLeast come together');
  if (backup === undefined && guardians === undefined)
    throw refuse('DID_BAD_LOG', 'recovery', 'neither a backup key nor guardians');
  const key = backup === undefined ? {} : { backup };
  if (guardians === undefined || atLeast === undefined) return key;
  if (guardians.length > GUARDIANS_MAX_COUNT || new Set(guardians).size !== guardians.length)
    throw refuse('DID_BAD_LOG', 'recovery.guardians', 'too many, or one of them twice');
  if (atLeast < 2 || atLeast > guardians.length)
    throw refuse('DID_BAD_LOG', 'recovery.atLeast', 'not from 2 to the number of guardians');
  return {
    ...key,
    guardians: guardians.map((did) => identity(did, 'recovery.guardians', ['ttp', 'key'])),
    atLeast,
  };
}

/** Whoever is bound by a signature has an identity, not a name: a name could be bound to another key tomorrow. */
function identity(text: string, field: string, methods: readonly string[]): Did {
  try {
    if (methods.includes(parseDid(text).method)) return asDid(text);
  } catch (cause) {
    throw refuse('DID_BAD_LOG', field, 'not an identity', cause);
  }
  throw refuse('DID_BAD_LOG', field, 'not an identity of a method that can sign here');
}

function refuse(code: DidErrorCode, field: string, message: string, cause?: unknown): TtpError {
  return new TtpError(code, `${field}: ${message}`, cause === undefined ? { field } : { field, cause });
}
