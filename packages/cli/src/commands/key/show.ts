import { asDid, isJsonObject, isTtpError, type Json, type JsonObject, TtpError } from '@ttp/core';
import { decryptKey, fromMultikey, IDENTITY_PURPOSES, multikey } from '@ttp/crypto';
import { documentOf } from '@ttp/did';
import { visible } from '@ttp/oversight';
import { logSignerOf } from '@ttp/sdk';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { inFile, readJson } from '../../files/files.js';
import { parseIdentityFile } from '../../files/identity-file.js';
import { operatorKid } from '../../files/operators.js';
import type { Io } from '../../io.js';
import { passphrases } from '../../passphrase.js';
import type { Call } from '../../verb.js';

/** What a key file says without being opened. */
interface PublicPart {
  readonly did: string;
  readonly publicKey: string;
  readonly kid: string;
  /** How the file is encrypted: `scrypt, N = 2^17`. */
  readonly kept: string;
  readonly key: JsonObject;
  /** In force by a key log, the operator's own, or for the next rotation. */
  readonly is: 'identity' | 'operator' | 'next';
}

/** `ttp key show`: whose key a file holds, without opening it. */
export async function run({
  options: { check = false },
  args: [path = ''],
  io,
}: Call<{ readonly check?: boolean }>): Promise<Answer> {
  const json = await readJson(path, { field: 'file' });
  const shown = inFile(path, 'file', () => publicPartOf(json));
  const { did, publicKey, kid, kept, is } = shown;
  const opened = check ? await open(path, shown, io) : undefined;
  const purposes = [...IDENTITY_PURPOSES];
  return {
    exit: opened?.opens === false ? EXIT.no : EXIT.ok,
    json: { file: path, is, did, kid, publicKey, kept, purposes, ...opened },
    text: ({ good, bad }) =>
      [
        visible(did),
        `is          ${WHAT[is]}`,
        `kid         ${visible(kid)}`,
        `public key  ${visible(publicKey)}`,
        `kept under  ${kept}, AES-256-GCM`,
        `signs       ${purposes.length} purposes, from ${purposes[0] ?? ''} to ${purposes.at(-1) ?? ''}`,
        ...(opened === undefined ? [] : [`opens       ${opened.opens ? good('yes') : bad('NO')}`]),
        ...(opened?.logKey === undefined ? [] : [`log key     ${opened.logKey}`]),
      ].join('\n'),
  };
}

const WHAT: Readonly<Record<PublicPart['is'], string>> = {
  identity: 'the key in force of an identity',
  operator: "an operator's key",
  next: 'the key for the next rotation of an identity',
};

/** Throws CLI_IDENTITY_FILE, CRYPTO_KEY_FILE_SHAPE, DID_*. */
function publicPartOf(json: Json): PublicPart {
  if (isJsonObject(json) && json['keyLog'] !== undefined) {
    const { key, keyLog } = parseIdentityFile(json);
    const [method] = documentOf(keyLog).verificationMethod;
    return { ...headerOf(key), kid: method?.id ?? '', is: 'identity' };
  }
  const header = headerOf(json);
  if (!header.did.startsWith('did:key:')) return { ...header, kid: `${header.did}#next`, is: 'next' };
  return { ...header, kid: operatorKid(fromMultikey(header.publicKey)), is: 'operator' };
}

function headerOf(json: Json): Pick<PublicPart, 'did' | 'publicKey' | 'kept' | 'key'> {
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

/** Whether the passphrase opens it; of an identity, the public key of its log as well. */
async function open(
  path: string,
  { key, did, is, publicKey }: PublicPart,
  io: Io,
): Promise<{ readonly opens: boolean; readonly logKey?: string }> {
  const passphrase = await passphrases(io).get(path);
  try {
    const seed = await decryptKey(key, { passphrase, publicKey: fromMultikey(publicKey) });
    return is === 'identity'
      ? { opens: true, logKey: multikey(logSignerOf({ did: asDid(did), seed }).publicKey) }
      : { opens: true };
  } catch (error) {
    if (isTtpError(error, 'CRYPTO_KEY_FILE_PASSPHRASE')) return { opens: false };
    throw error;
  }
}
