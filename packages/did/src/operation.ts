import { asHash, type Did, type Hash, type JsonObject } from '@ttp/core';
import * as z from 'zod/mini';
import { DID_TYPES, type DidType } from './grammar.js';
import { SERVICES_MAX_COUNT } from './limits.js';
import { readEstablishment, readIdentity, readKey, readNonce, refuseLog } from './log-member.js';
import { type RecoveryCommitment, readRecovery, recoveryCommitment } from './recovery/commitment.js';
import { checkServices, type ServiceEntry } from './service.js';
import { hashText, readShape } from './shape.js';

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
  /** Replaces the way to recover; the one before stays unless given. */
  readonly recovery?: RecoveryCommitment;
  /** The recovery that the owner forbids: the entry before (decision D3). */
  readonly veto?: Hash;
};

/** The body of a later entry that replaces the services. */
export type ServicesBody = {
  readonly v: 1;
  readonly op: 'services';
  readonly seq: number;
  readonly services: readonly ServiceEntry[];
};

/**
 * The body of a later entry by which somebody without the key in force takes the identity over: whoever holds the
 * backup key, or the guardians together (decision D3). It is in force 24 hours after it was seen, unless vetoed.
 */
export type RecoveryBody = {
  readonly v: 1;
  readonly op: 'recover';
  readonly seq: number;
  readonly keys: readonly [string];
  readonly next: readonly [Hash];
  /** The Multikey of the backup key, where it is the one that recovers; without it the guardians do. */
  readonly backup?: string;
  /** How the identity can be recovered from then on; not at all without it. */
  readonly recovery?: RecoveryCommitment;
};

/** The body of the last entry: the identity never acts again (decision D4). It reveals the key committed to. */
export type DeactivationBody = {
  readonly v: 1;
  readonly op: 'deactivate';
  readonly seq: number;
  readonly keys: readonly [string];
};

export type OperationBody = RotationBody | ServicesBody | RecoveryBody | DeactivationBody;

const establishment = { keys: z.array(z.string()), next: z.array(z.string()) };

const inception = z.strictObject({
  v: z.literal(1),
  type: z.enum(DID_TYPES),
  ...establishment,
  recovery: z.exactOptional(recoveryCommitment),
  parent: z.exactOptional(z.string()),
  nonce: z.string(),
});

const rotation = z.strictObject({
  v: z.literal(1),
  op: z.literal('rotate'),
  seq: z.int(),
  ...establishment,
  recovery: z.exactOptional(recoveryCommitment),
  veto: z.exactOptional(hashText),
});

const services = z.strictObject({
  v: z.literal(1),
  op: z.literal('services'),
  seq: z.int(),
  services: z
    .array(z.strictObject({ id: z.string(), type: z.string(), serviceEndpoint: z.string() }))
    .check(z.maxLength(SERVICES_MAX_COUNT)),
});

const recovering = z.strictObject({
  v: z.literal(1),
  op: z.literal('recover'),
  seq: z.int(),
  ...establishment,
  backup: z.exactOptional(z.string()),
  recovery: z.exactOptional(recoveryCommitment),
});

const deactivation = z.strictObject({
  v: z.literal(1),
  op: z.literal('deactivate'),
  seq: z.int(),
  keys: z.array(z.string()),
});

/**
 * Reads the body of an inception: every member known, the key fit for registration, a nonce of 32 bytes.
 *
 * @throws DID_BAD_LOG, DID_BAD_KEY, DID_LOG_UNSUPPORTED (several keys at once), CRYPTO_WEAK_KEY
 */
export function parseInception(body: JsonObject): InceptionBody {
  const { v, type, keys, next, recovery, parent, nonce } = readShape(inception, body, 'DID_BAD_LOG');
  readNonce(nonce);
  return {
    v,
    type,
    ...readEstablishment(keys, next),
    ...recoveryOf(recovery),
    ...(parent === undefined ? {} : { parent: readIdentity(parent, 'parent', ['ttp']) }),
    nonce,
  };
}

/**
 * Reads the body of a later entry.
 *
 * @throws DID_BAD_LOG, DID_BAD_KEY, DID_BAD_SERVICE, CRYPTO_WEAK_KEY; DID_LOG_UNSUPPORTED for an operation that is
 *   none of those known: passing over what one does not understand could pass over a revocation
 */
export function parseOperation(body: JsonObject): OperationBody {
  const { op } = body;
  switch (typeof op === 'string' ? op : '') {
    case 'rotate': {
      const { keys, next, recovery, veto, ...rest } = readShape(rotation, body, 'DID_BAD_LOG');
      return {
        ...rest,
        ...readEstablishment(keys, next),
        ...recoveryOf(recovery),
        ...(veto === undefined ? {} : { veto: asHash(veto) }),
      };
    }
    case 'services': {
      const shape = readShape(services, body, 'DID_BAD_LOG');
      return { ...shape, services: checkServices(shape.services) };
    }
    case 'recover': {
      const { keys, next, recovery, backup, ...rest } = readShape(recovering, body, 'DID_BAD_LOG');
      return {
        ...rest,
        ...readEstablishment(keys, next),
        ...recoveryOf(recovery),
        ...(backup === undefined ? {} : { backup: readKey(backup, 'backup') }),
      };
    }
    case 'deactivate': {
      const { keys, ...rest } = readShape(deactivation, body, 'DID_BAD_LOG');
      const [key, ...more] = keys;
      if (key === undefined || more.length > 0) throw refuseLog('DID_BAD_LOG', 'keys', 'not one key');
      return { ...rest, keys: [readKey(key, 'keys')] };
    }
    default:
      throw refuseLog('DID_LOG_UNSUPPORTED', 'op', 'not an operation that is processed');
  }
}

const recoveryOf = (
  shape: z.infer<typeof recoveryCommitment> | undefined,
): { readonly recovery?: RecoveryCommitment } =>
  shape === undefined ? {} : { recovery: readRecovery(shape) };
