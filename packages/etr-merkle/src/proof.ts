import { type Hash, isHash, type JsonObject, TtpError } from '@ttp/core';
import { bytesOfHash, hex } from '@ttp/crypto';
import { requireHash } from './hash.js';
import { PROOF_HASHES_MAX } from './limits.js';
import { positionToJson } from './position.js';

/** An inclusion proof as it travels (ttp-protocol.txt L2370). Siblings lowest first. */
export interface InclusionProof {
  readonly proofType: 'inclusion';
  readonly leafIndex: number;
  readonly treeSize: number;
  readonly hashes: readonly Hash[];
}

/** A consistency proof as it travels: the tree of `treeSize` entries begins with the one of `firstSize`. */
export interface ConsistencyProof {
  readonly proofType: 'consistency';
  readonly firstSize: number;
  readonly treeSize: number;
  readonly hashes: readonly Hash[];
}

/** A hash of the tree in the form all hashes of TTP have (decision D46). Throws ETR_BAD_HASH. */
export function hashText(bytes: Uint8Array): Hash {
  requireHash(bytes);
  const text = `sha256:${hex(bytes)}`;
  if (!isHash(text)) throw new TtpError('ETR_BAD_HASH', 'not a hash');
  return text;
}

/** The JSON form of an inclusion proof. Throws ETR_BAD_POSITION above 2^53-1, ETR_BAD_HASH. */
export function inclusionProofOf(index: bigint, size: bigint, path: readonly Uint8Array[]): InclusionProof {
  return {
    proofType: 'inclusion',
    leafIndex: positionToJson(index, 'leafIndex'),
    treeSize: positionToJson(size, 'treeSize'),
    hashes: path.map(hashText),
  };
}

/** The JSON form of a consistency proof. Throws ETR_BAD_POSITION above 2^53-1, ETR_BAD_HASH. */
export function consistencyProofOf(
  size1: bigint,
  size2: bigint,
  path: readonly Uint8Array[],
): ConsistencyProof {
  return {
    proofType: 'consistency',
    firstSize: positionToJson(size1, 'firstSize'),
    treeSize: positionToJson(size2, 'treeSize'),
    hashes: path.map(hashText),
  };
}

/**
 * An inclusion proof read from JSON of unknown origin, ready for `verifyInclusion`: `{ index, size, proof }`.
 *
 * @throws ETR_BAD_PROOF with the member that is missing, surplus or malformed
 */
export function parseInclusionProof(input: unknown): { index: bigint; size: bigint; proof: Uint8Array[] } {
  const json = members(input, ['proofType', 'leafIndex', 'treeSize', 'hashes']);
  if (json['proofType'] !== 'inclusion') throw bad('proofType');
  return {
    index: position(json, 'leafIndex'),
    size: position(json, 'treeSize'),
    proof: parseHashes(json['hashes'], 'hashes'),
  };
}

/**
 * A consistency proof read from JSON of unknown origin, ready for `verifyConsistency`: `{ size1, size2, proof }`.
 *
 * @throws ETR_BAD_PROOF with the member that is missing, surplus or malformed
 */
export function parseConsistencyProof(input: unknown): { size1: bigint; size2: bigint; proof: Uint8Array[] } {
  const json = members(input, ['proofType', 'firstSize', 'treeSize', 'hashes']);
  if (json['proofType'] !== 'consistency') throw bad('proofType');
  return {
    size1: position(json, 'firstSize'),
    size2: position(json, 'treeSize'),
    proof: parseHashes(json['hashes'], 'hashes'),
  };
}

/** The hashes of a proof as bytes. Throws ETR_BAD_PROOF with `field`. */
export function parseHashes(input: unknown, field: string): Uint8Array[] {
  if (!Array.isArray(input) || input.length > PROOF_HASHES_MAX) throw bad(field);
  return input.map((text: unknown, n) => {
    if (typeof text !== 'string' || !isHash(text)) throw bad(`${field}[${n}]`);
    return bytesOfHash(text);
  });
}

function members(input: unknown, names: readonly string[]): JsonObject {
  if (!isObject(input)) throw bad('');
  const surplus = Object.keys(input).find((name) => !names.includes(name));
  if (surplus !== undefined) throw bad(surplus);
  return input;
}

const isObject = (input: unknown): input is JsonObject =>
  typeof input === 'object' && input !== null && !Array.isArray(input);

function position(json: JsonObject, name: string): bigint {
  const n = json[name];
  if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 0) throw bad(name);
  return BigInt(n);
}

const bad = (field: string): TtpError<'ETR_BAD_PROOF'> =>
  new TtpError('ETR_BAD_PROOF', `not a proof: ${field === '' ? 'not an object' : field}`, { field });
