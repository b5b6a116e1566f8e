import { asDid, type Clock, isJsonObject, isTtpError, type Json } from '@ttp/core';
import { decryptKey, fromMultikey, IDENTITY_PURPOSES, multikey } from '@ttp/crypto';
import { visible } from '@ttp/oversight';
import { logSignerOf } from '@ttp/sdk';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { inFileLater, readJson } from '../../files/files.js';
import { parseIdentityFile } from '../../files/identity-file.js';
import { type KeyHeader, keyHeaderOf } from '../../files/key-header.js';
import { operatorKid } from '../../files/operators.js';
import { keysIn } from '../../files/rotation-files.js';
import { standingOf } from '../../files/standing.js';
import type { Io } from '../../io.js';
import { passphrases } from '../../passphrase.js';
import type { Call } from '../../verb.js';

/** What a key file says without being opened, and what is known of it. */
interface PublicPart extends KeyHeader {
  readonly kid: string;
  /** In force by a key log, of a recovery that is not yet, a key of its own, or for the next rotation. */
  readonly is: 'identity' | 'recovery' | 'key' | 'next';
}

/** `ttp key show`: whose key a file holds, without opening it. */
export async function run({
  options: { check = false },
  args: [path = ''],
  io,
}: Call<{ readonly check?: boolean }>): Promise<Answer> {
  const json = await readJson(path, { field: 'file' });
  const shown = await inFileLater(path, 'file', () => publicPartOf(json, io.clock));
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
  recovery: 'the key of a recovery that is not in force yet',
  key: "a key of its own: an operator's, a guardian's, or a backup",
  next: 'the key for the next rotation of an identity',
};

/** Throws CLI_IDENTITY_FILE, CRYPTO_KEY_FILE_SHAPE, DID_*. */
async function publicPartOf(json: Json, clock: Clock): Promise<PublicPart> {
  if (isJsonObject(json) && json['keyLog'] !== undefined) {
    const { key, ...logs } = parseIdentityFile(json);
    const { document, pending } = await standingOf(logs, clock);
    const [inForce] = document.verificationMethod;
    const header = keyHeaderOf(key);
    if (pending !== undefined && header.publicKey !== inForce?.publicKeyMultibase)
      return { ...header, kid: `${document.id}#key-${keysIn(logs.keyLog)}`, is: 'recovery' };
    return { ...header, kid: inForce?.id ?? '', is: 'identity' };
  }
  const header = keyHeaderOf(json);
  if (!header.did.startsWith('did:key:')) return { ...header, kid: `${header.did}#next`, is: 'next' };
  return { ...header, kid: operatorKid(fromMultikey(header.publicKey)), is: 'key' };
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
