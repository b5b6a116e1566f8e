import { isJsonObject, type Json } from '@ttp/core';
import { decryptKey, encryptKey } from '@ttp/crypto';
import { documentOf, rotateIdentity } from '@ttp/did';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { readJson, requireAbsent, writeNew } from '../../files/files.js';
import { formatIdentityFile, openIdentityFile } from '../../files/identity-file.js';
import { passphrases } from '../../passphrase.js';
import type { Call } from '../../verb.js';

interface RotateOptions {
  readonly next: string;
  readonly out: string;
}

/** `ttp key rotate`: the identity under the key that was committed to. */
export async function run({
  options: { next, out },
  args: [path = ''],
  io,
}: Call<RotateOptions>): Promise<Answer> {
  const nextOut = `${out}.next`;
  for (const file of [out, nextOut]) await requireAbsent(file, 'out');
  const nextFile = await readJson(next, { field: 'next' });
  const asked = passphrases(io);
  const identity = await openIdentityFile(path, { field: 'file', passphrases: asked });
  const { did } = identity;
  const nextSeed = await decryptKey(nextFile, { passphrase: await asked.get(next), did });
  const { clock, random } = io;
  const rotated = await rotateIdentity({ ...identity, nextSeed }, { clock, random });
  // Verified as others will: the key that was revealed has to be the one committed to.
  const { verificationMethod } = documentOf(rotated.keyLog);
  const passphrase = await asked.get('the rotated identity', { isNew: true });
  const rotations = Number(verificationMethod[0]?.id.split('#key-')[1]) - 1;
  const now = clock.now();
  const key = await encryptKey({
    seed: rotated.seed,
    did,
    passphrase,
    random,
    history: { createdAt: createdAtOf(nextFile) ?? now, rotations },
  });
  const nextKey = await encryptKey({
    seed: rotated.nextSeed,
    did,
    passphrase,
    random,
    history: { createdAt: now, rotations: rotations + 1 },
  });
  await writeNew(nextOut, `${JSON.stringify(nextKey, null, 2)}\n`, 'out');
  await writeNew(out, formatIdentityFile(rotated.keyLog, key), 'out');
  const publicKey = verificationMethod[0]?.publicKeyMultibase ?? '';
  return {
    exit: EXIT.ok,
    json: { did, identity: out, nextKey: nextOut, publicKey },
    text: () =>
      [
        did,
        `identity    ${out}`,
        `next key    ${nextOut} (keep it somewhere else)`,
        `public key  ${publicKey}`,
        'log         its key is another one now: export what there is with the old file, and go on in a new storage',
      ].join('\n'),
  };
}

/** When the key in a file that was decrypted was made; a file need not say. */
function createdAtOf(file: Json): number | undefined {
  const createdAt = isJsonObject(file) ? file['createdAt'] : undefined;
  return typeof createdAt === 'number' ? createdAt : undefined;
}
