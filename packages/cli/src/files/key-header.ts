import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { fromMultikey, type KeyFile } from '@ttp/crypto';

/** What a key file says of itself without being opened: an attacker's word until it is. */
export interface KeyHeader {
  readonly did: string;
  /** Multikey. */
  readonly publicKey: string;
  /** How the file is encrypted: `scrypt, N = 2^17`. */
  readonly kept: string;
  /** The file itself, for `decryptKey`. */
  readonly key: JsonObject;
}

/** Throws CRYPTO_KEY_FILE_SHAPE, CRYPTO_BAD_MULTIKEY. */
export function keyHeaderOf(json: Json): KeyHeader {
  if (isJsonObject(json)) {
    const { did, publicKey, kdf } = json;
    const cost = isJsonObject(kdf) ? kdf['costLog2'] : undefined;
    if (typeof did === 'string' && typeof publicKey === 'string' && typeof cost === 'number') {
      fromMultikey(publicKey);
      return { did, publicKey, kept: `scrypt, N = 2^${cost}`, key: json };
    }
  }
  throw new TtpError('CRYPTO_KEY_FILE_SHAPE', 'neither an identity file nor a key file', { field: 'file' });
}

/** The text of a key file, indented for people to read. */
export const formatKeyFile = (key: KeyFile | JsonObject): string => `${JSON.stringify(key, null, 2)}\n`;
