import { asDid, isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { decryptKey, encryptKey, type KeyHistory } from '@ttp/crypto';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { inFile, readJson } from '../../files/files.js';
import { formatIdentityFile, parseIdentityFile } from '../../files/identity-file.js';
import { formatKeyFile, keyHeaderOf } from '../../files/key-header.js';
import { replaceFile } from '../../files/replace.js';
import { NEW_PASSPHRASE_VARIABLE, passphrases } from '../../passphrase.js';
import type { Call } from '../../verb.js';

/** `ttp key passwd`: the same key under another passphrase. */
export async function run({ args: [path = ''], io }: Call): Promise<Answer> {
  const { random } = io;
  const json = await readJson(path, { field: 'file' });
  const identity = isJsonObject(json) && json['keyLog'] !== undefined ? parseIdentityFile(json) : undefined;
  const { did, key } = inFile(path, 'file', () => keyHeaderOf(identity?.key ?? json));
  const [before, after] = [passphrases(io), passphrases(io, { variable: NEW_PASSPHRASE_VARIABLE })];
  const seed = await decryptKey(key, { passphrase: await before.get(path) });
  const passphrase = await after.get(`${path}, the new one`, { isNew: true });
  const history = historyIn(key);
  const renewed = await encryptKey({
    seed,
    did: asDid(did),
    passphrase,
    random,
    ...(history === undefined ? {} : { history }),
  });
  seed.fill(0);
  await replaceFile(
    path,
    identity === undefined
      ? formatKeyFile(renewed)
      : formatIdentityFile(identity.keyLog, renewed, identity.related),
  );
  return {
    exit: EXIT.ok,
    json: { file: path, did, publicKey: renewed.publicKey },
    text: () => `${path} is under the new passphrase; copies made before are still under the old one`,
  };
}

/** What a key file that was decrypted tells of its key's past; it need not. */
function historyIn(key: JsonObject): KeyHistory | undefined {
  const { createdAt, rotations }: Readonly<Record<string, Json | undefined>> = key;
  return typeof createdAt === 'number' && typeof rotations === 'number'
    ? { createdAt, rotations }
    : undefined;
}
