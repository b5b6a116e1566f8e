import { isTtpError, type Random, TtpError } from '@ttp/core';
import * as backend from '#backend';
import { equalBytes, requireLength, utf8 } from './bytes.js';
import { base64, fromBase64 } from './encoding/base64.js';
import { PASSWORD_MAX_BYTES, PASSWORD_MAX_COST_LOG2, PASSWORD_MIN_COST_LOG2 } from './limits.js';

const SALT_BYTES = 16;

/** What {@link hashPassword} hashes. */
export interface HashPasswordInput {
  /** A password or an API key, 1 to `PASSWORD_MAX_BYTES` bytes of UTF-8. */
  readonly password: string;
  readonly random: Random;
  /** log2 of the cost N of scrypt, from `PASSWORD_MIN_COST_LOG2`, which is the default, to `PASSWORD_MAX_COST_LOG2`. */
  readonly cost?: number;
}

/** What {@link verifyPassword} compares. */
export interface VerifyPasswordInput {
  /** What somebody typed. */
  readonly password: string;
  /** What `hashPassword` returned. */
  readonly hash: string;
  /** The cost that hashes should have by now, as for `hashPassword`. */
  readonly cost?: number;
}

/** What {@link verifyPassword} found. */
export interface PasswordVerdict {
  readonly ok: boolean;
  /** Whether the password is right and its hash is to be made anew, since it costs less than hashes should. */
  readonly rehash: boolean;
}

/**
 * The hash of a password for storage: scrypt (RFC 7914) with r = 8, p = 1 and 16 random bytes of salt, as the text
 * `$scrypt$ln=17,r=8,p=1$<salt>$<hash>` (the PHC string format). Takes about half a second, not on the event loop.
 *
 * @throws CRYPTO_PASSWORD_COST, CRYPTO_PASSWORD_LENGTH, CRYPTO_BAD_UTF8
 */
export async function hashPassword(input: HashPasswordInput): Promise<string> {
  const costLog2 = requireCost(input.cost);
  const passphrase = passwordBytes(input.password);
  const salt = requireLength(input.random.bytes(SALT_BYTES), SALT_BYTES, 'random');
  const hash = await derive(passphrase, salt, costLog2);
  return `$scrypt$ln=${costLog2},r=8,p=1$${unpadded(salt)}$${unpadded(hash)}`;
}

/**
 * Whether a password is the one that was hashed, compared in constant time.
 *
 * @throws CRYPTO_PASSWORD_HASH for what is no such hash, CRYPTO_PASSWORD_COST for one that costs less than the minimum or
 *   more than the maximum, before any work is done for it: whoever can write hashes could choose either
 */
export async function verifyPassword({
  password,
  hash,
  cost,
}: VerifyPasswordInput): Promise<PasswordVerdict> {
  const wanted = requireCost(cost);
  const [, ln = '', salt = '', digest = ''] =
    /^\$scrypt\$ln=([1-9]\d?),r=8,p=1\$([\w+/]{22})\$([\w+/]{43})$/.exec(hash) ?? refuse();
  const [saltBytes, expected] = [bytesOf(salt), bytesOf(digest)];
  const costLog2 = requireCost(Number(ln));
  const passphrase = typedBytes(password);
  if (passphrase === undefined) return { ok: false, rehash: false };
  const ok = equalBytes(await derive(passphrase, saltBytes, costLog2), expected);
  return { ok, rehash: ok && costLog2 < wanted };
}

async function derive(passphrase: Uint8Array, salt: Uint8Array, costLog2: number): Promise<Uint8Array> {
  try {
    return await backend.scrypt({ passphrase, salt, costLog2 });
  } finally {
    passphrase.fill(0);
  }
}

/** Normalised, since keyboards differ in how they write one and the same accent. */
function passwordBytes(password: string): Uint8Array {
  // Normalising may lengthen a text eighteenfold; what is this long needs no looking at.
  const bytes = password.length > PASSWORD_MAX_BYTES ? undefined : utf8(password.normalize('NFKC'));
  if (bytes !== undefined && bytes.length > 0 && bytes.length <= PASSWORD_MAX_BYTES) return bytes;
  throw new TtpError('CRYPTO_PASSWORD_LENGTH', `not 1 to ${PASSWORD_MAX_BYTES} bytes`, { field: 'password' });
}

/** Undefined for what nobody can have chosen as a password. */
function typedBytes(password: string): Uint8Array | undefined {
  try {
    return passwordBytes(password);
  } catch (error) {
    if (isTtpError(error)) return undefined;
    throw error;
  }
}

function requireCost(costLog2: number = PASSWORD_MIN_COST_LOG2): number {
  const isCost =
    Number.isInteger(costLog2) && costLog2 >= PASSWORD_MIN_COST_LOG2 && costLog2 <= PASSWORD_MAX_COST_LOG2;
  if (isCost) return costLog2;
  throw new TtpError('CRYPTO_PASSWORD_COST', `log2 of the cost is ${costLog2}`, { field: 'cost' });
}

const unpadded = (bytes: Uint8Array): string => base64(bytes).replace(/=+$/, '');

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64(text.padEnd(Math.ceil(text.length / 4) * 4, '='));
  } catch (cause) {
    return refuse(cause);
  }
}

function refuse(cause?: unknown): never {
  throw new TtpError('CRYPTO_PASSWORD_HASH', 'not a hash of this package', { field: 'hash', cause });
}
