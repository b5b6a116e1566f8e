import {
  asDid,
  asTerm,
  type Did,
  isJsonObject,
  isTtpError,
  type Json,
  type JsonObject,
  type Operator,
  type Operators,
  PRIVILEGES,
  type Privilege,
  type Signer,
  TtpError,
} from '@ttp/core';
import {
  createSigner,
  decryptKey,
  fromMultikey,
  IDENTITY_PURPOSES,
  multikey,
  registerKey,
} from '@ttp/crypto';
import { parseDid } from '@ttp/did';
import { OPERATORS_MAX_COUNT } from '../limits.js';
import type { Passphrases } from '../passphrase.js';
import { inFile, readJson } from './files.js';

/** The key id of an operator: their did:key, and the key in it again. */
export const operatorKid = (publicKey: Uint8Array): string => {
  const key = multikey(publicKey);
  return `did:key:${key}#${key}`;
};

/**
 * Reads a roster: `{ "operators": [{ "id", "human", "level", "privileges", "publicKey", "kid" }] }`. Strict: nothing is
 * left out, nothing is unknown, and no two operators share an id or a key.
 *
 * @throws CLI_OPERATORS_FILE with the field
 */
export function parseOperators(json: Json): readonly Operator[] {
  const { operators, ...rest } = objectAt(json, '');
  refuseOthers(rest, '');
  if (!Array.isArray(operators) || operators.length === 0 || operators.length > OPERATORS_MAX_COUNT)
    throw malformed('operators', `it is a list of 1 to ${OPERATORS_MAX_COUNT}`);
  const roster = operators.map((entry: Json, i) => operatorAt(entry, `operators[${i}]`));
  for (const member of ['id', 'kid'] as const) {
    const twin = roster.findIndex((one, i) =>
      roster.slice(0, i).some((other) => other[member] === one[member]),
    );
    if (twin >= 0) throw malformed(`operators[${twin}].${member}`, 'it stands in the roster twice');
  }
  return roster;
}

function operatorAt(json: Json, field: string): Operator {
  const { id, human, level, privileges, publicKey, kid, ...rest } = objectAt(json, field);
  refuseOthers(rest, `${field}.`);
  if (typeof id !== 'string' || id === '') throw malformed(`${field}.id`, 'it is a text');
  if (typeof human !== 'string' || human === '') throw malformed(`${field}.human`, 'it is a text');
  if (level !== 1 && level !== 2 && level !== 3) throw malformed(`${field}.level`, 'it is 1, 2 or 3');
  if (!Array.isArray(privileges)) throw malformed(`${field}.privileges`, 'it is a list');
  if (typeof publicKey !== 'string') throw malformed(`${field}.publicKey`, 'it is a Multikey');
  const key = read(`${field}.publicKey`, () => publicKeyOf(publicKey));
  // The key id says which key signs: one that names another key would let a signature pass for somebody else's.
  if (kid !== operatorKid(key)) throw malformed(`${field}.kid`, `it is ${operatorKid(key)}`);
  return {
    id,
    human,
    level,
    privileges: privileges.map((word: Json, i) => privilegeAt(word, `${field}.privileges[${i}]`)),
    publicKey: key,
    kid,
  };
}

function publicKeyOf(text: string): Uint8Array {
  const key = fromMultikey(text);
  registerKey(key);
  return key;
}

const privilegeAt = (word: Json, field: string): Privilege =>
  read(field, () => asTerm(PRIVILEGES, typeof word === 'string' ? word : JSON.stringify(word)));

/** The roster that the file holds. Throws CLI_OPERATORS_FILE, CLI_FILE_*. */
export async function readOperators(path: string, field: string): Promise<Operators> {
  const json = await readJson(path, { field });
  const roster = inFile(path, field, () => parseOperators(json));
  const byKid = new Map(roster.map((operator) => [operator.kid, operator]));
  return { byKid: (kid) => Promise.resolve(byKid.get(kid)) };
}

/**
 * The signer of an operator's key file.
 *
 * @throws CLI_OPERATOR_KEY for a key that is not its own did:key, CLI_FILE_*, CLI_PASSPHRASE_*, CRYPTO_KEY_FILE_*
 */
export async function readOperatorKey(
  path: string,
  { field, passphrases }: { readonly field: string; readonly passphrases: Passphrases },
): Promise<Signer> {
  const { signer } = await signerIn(path, await readJson(path, { field }), { field, passphrases });
  return signer;
}

/** The same of a file that was read, with its did:key. */
export async function signerIn(
  path: string,
  json: Json,
  { field, passphrases }: { readonly field: string; readonly passphrases: Passphrases },
): Promise<{ readonly did: Did; readonly signer: Signer }> {
  const did = isJsonObject(json) ? json['did'] : undefined;
  if (typeof did !== 'string')
    throw new TtpError('CLI_OPERATOR_KEY', `${path}: it is no key file`, { field: 'did' });
  const parsed = inFile(path, field, () => read('did', () => parseDid(did), 'CLI_OPERATOR_KEY'));
  if (parsed.method !== 'key')
    throw new TtpError(
      'CLI_OPERATOR_KEY',
      `${path}: it is the key of ${did}; this takes a key that is its own did:key`,
      {
        field: 'did',
      },
    );
  const { publicKey } = parsed;
  const seed = await decryptKey(json, { passphrase: await passphrases.get(path), publicKey });
  const kid = operatorKid(publicKey);
  return { did: asDid(did), signer: createSigner({ seed, kid, purposes: IDENTITY_PURPOSES }) };
}

function objectAt(json: Json, field: string): JsonObject {
  if (isJsonObject(json)) return json;
  throw malformed(field, 'it is an object');
}

function refuseOthers(rest: JsonObject, prefix: string): void {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw malformed(`${prefix}${unknown}`, 'there is no such member');
}

function read<T>(
  field: string,
  parse: () => T,
  code: 'CLI_OPERATORS_FILE' | 'CLI_OPERATOR_KEY' = 'CLI_OPERATORS_FILE',
): T {
  try {
    return parse();
  } catch (cause) {
    if (!isTtpError(cause)) throw cause;
    throw new TtpError(code, cause.message, { field, cause });
  }
}

const malformed = (field: string, why: string): TtpError =>
  new TtpError('CLI_OPERATORS_FILE', `${field || 'the roster'}: ${why}`, { field });
