import { type Clock, type Did, type Hash, isJsonObject, type Json } from '@ttp/core';
import { decryptKey, encryptKey, envelopeId } from '@ttp/crypto';
import { type Identity, rotateIdentity } from '@ttp/did';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { readJson, requireAbsent, writeNew } from '../../files/files.js';
import {
  formatIdentityFile,
  openIdentityIn,
  readIdentityFile,
  readKeyLogs,
} from '../../files/identity-file.js';
import { formatKeyFile } from '../../files/key-header.js';
import { type RecoveryOptions, recoveryOf } from '../../files/recovery-options.js';
import {
  finishRotation,
  isLonger,
  keysIn,
  replaceRotated,
  retiredName,
  rotationNames,
} from '../../files/rotation-files.js';
import { isRecovery, type KeyLogs, standingOf } from '../../files/standing.js';
import { HintedError } from '../../hints.js';
import { passphrases } from '../../passphrase.js';
import type { Call } from '../../verb.js';

interface RotateOptions extends RecoveryOptions {
  readonly next?: string;
  readonly out?: string;
  readonly veto?: string;
}

/** `ttp did rotate` and `ttp key rotate`: the identity under the key that was committed to. */
export async function run({ options, args: [path = ''], io }: Call<RotateOptions>): Promise<Answer> {
  const { next = rotationNames(path).next, out } = options;
  const { clock, random } = io;
  if (out === undefined && (await finishRotation(path))) return finished(path, clock);
  const file = await readIdentityFile(path, 'file');
  const identityOut = out ?? path;
  const nextOut = rotationNames(identityOut).next;
  const retired = out === undefined ? retiredName(path, keysIn(file.keyLog)) : path;
  // Nothing is replaced but the identity itself and the key that it is rotated to.
  const written = out === undefined ? [retired] : [out];
  for (const one of [...written, ...(nextOut === next ? [] : [nextOut])]) await requireAbsent(one, 'out');
  const recovery = await recoveryOf(options);
  const nextFile = await readJson(next, { field: 'next' });
  const asked = passphrases(io);
  const identity = await openIdentityIn(path, file, { field: 'file', passphrases: asked, clock });
  const { did } = identity;
  const veto = options.veto === undefined ? undefined : await vetoOf(identity, options.veto);
  const nextSeed = await decryptKey(nextFile, { passphrase: await asked.get(next), did });
  const rotated = await rotateIdentity(
    { ...identity, keyLog: veto?.keyLog ?? identity.keyLog, nextSeed },
    {
      clock,
      random,
      ...(recovery === undefined ? {} : { recovery }),
      ...(veto === undefined ? {} : { veto: veto.id }),
    },
  );
  const logs = { keyLog: rotated.keyLog, related: [...file.related, ...(veto?.related ?? [])] };
  // Verified as others will: the key that was revealed has to be the one committed to.
  const { document } = await standingOf(logs, clock);
  const [method] = document.verificationMethod;
  const rotations = Number(method?.id.split('#key-')[1]) - 1;
  const passphrase = await asked.get('the rotated identity', { isNew: true });
  const now = clock.now();
  const history = { createdAt: createdAtOf(nextFile) ?? now, rotations };
  const key = await encryptKey({ seed: rotated.seed, did, passphrase, random, history });
  const nextKey = await encryptKey({
    seed: rotated.nextSeed,
    did,
    passphrase,
    random,
    history: { createdAt: now, rotations: rotations + 1 },
  });
  for (const seed of [rotated.seed, rotated.nextSeed, identity.seed]) seed.fill(0);
  const texts = {
    identity: formatIdentityFile(logs.keyLog, key, logs.related),
    nextKey: formatKeyFile(nextKey),
  };
  if (out === undefined) await replaceRotated({ file: path, ...texts });
  else {
    await writeNew(nextOut, texts.nextKey, 'out');
    await writeNew(out, texts.identity, 'out');
  }
  return answerOf({
    did,
    identity: identityOut,
    nextKey: nextOut,
    publicKey: method?.publicKeyMultibase ?? '',
    retired,
    ...(next === nextOut ? {} : { usedUp: next }),
  });
}

interface Rotated {
  readonly did: Did;
  readonly identity: string;
  readonly nextKey: string;
  readonly publicKey: string;
  /** The file of the key before. */
  readonly retired: string;
  /** The file of the key that is in force now, where it lies elsewhere. */
  readonly usedUp?: string;
  /** A rotation that had been interrupted. */
  readonly finished?: true;
}

const answerOf = (rotated: Rotated): Answer => ({
  exit: EXIT.ok,
  json: { ...rotated },
  text: () =>
    [
      rotated.did,
      ...(rotated.finished ? ['finished    a rotation that had been interrupted'] : []),
      `identity    ${rotated.identity}`,
      `next key    ${rotated.nextKey} (keep it somewhere else)`,
      `public key  ${rotated.publicKey}`,
      `retired     ${rotated.retired}`,
      ...(rotated.usedUp === undefined
        ? []
        : [`used up     ${rotated.usedUp}: its key is the one in force now`]),
      'log         goes on in the same storage, under another key; the end of the one before is exported with the retired file',
    ].join('\n'),
});

/** What an earlier call had begun and this one has ended. */
async function finished(path: string, clock: Clock): Promise<Answer> {
  const file = await readIdentityFile(path, 'file');
  const { document } = await standingOf(file, clock);
  return answerOf({
    did: document.id,
    identity: path,
    nextKey: rotationNames(path).next,
    publicKey: document.verificationMethod[0]?.publicKeyMultibase ?? '',
    retired: retiredName(path, keysIn(file.keyLog) - 1),
    finished: true,
  });
}

/** The recovery to forbid: the last entry of a log that is the identity's own up to it. */
async function vetoOf({ keyLog, did }: Identity, path: string): Promise<KeyLogs & { readonly id: Hash }> {
  const logs = await readKeyLogs(path, 'veto');
  const last = logs.keyLog.at(-1);
  if (
    last !== undefined &&
    isRecovery(last) &&
    isLonger(logs.keyLog, keyLog) &&
    logs.keyLog.length === keyLog.length + 1
  )
    return { ...logs, id: envelopeId(last) };
  throw new HintedError(
    'CLI_STATEMENT',
    `${path} does not end with a recovery of ${did} as it is known here`,
    'the .statement file that ttp did recover has written for whoever recovers',
    'veto',
  );
}

/** When the key in a file that was decrypted was made; a file need not say. */
function createdAtOf(file: Json): number | undefined {
  const createdAt = isJsonObject(file) ? file['createdAt'] : undefined;
  return typeof createdAt === 'number' ? createdAt : undefined;
}
