import { type Clock, type Envelope, type Hash, isTtpError, type Signer, TtpError } from '@ttp/core';
import { decryptKey, encryptKey, envelopeId } from '@ttp/crypto';
import { type NewIdentity, recoverIdentity } from '@ttp/did';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { readJson, requireAbsent, writeNew } from '../../files/files.js';
import { formatIdentityFile, readIdentityFile, readKeyLogs } from '../../files/identity-file.js';
import { formatKeyFile } from '../../files/key-header.js';
import { type RecoveryOptions, recoveryOf } from '../../files/recovery-options.js';
import { replaceFile } from '../../files/replace.js';
import { keysIn, rotationNames } from '../../files/rotation-files.js';
import { openSigner } from '../../files/signer-file.js';
import { isRecovery, type KeyLogs, standingOf } from '../../files/standing.js';
import { mergeStatements, signFurther } from '../../files/statement.js';
import { HintedError } from '../../hints.js';
import type { Io } from '../../io.js';
import { passphrases } from '../../passphrase.js';
import { timeText } from '../../time-text.js';
import type { Call } from '../../verb.js';

interface RecoverOptions extends RecoveryOptions {
  readonly out?: string;
  readonly using?: string;
  readonly statement: readonly string[];
  readonly sign: readonly string[];
  readonly with: readonly string[];
}

/** `ttp did recover`: an identity without its key, by a backup key or by guardians. */
export async function run({ options, args: [path], io }: Call<RecoverOptions>): Promise<Answer> {
  const { out, statement, sign } = options;
  if (path === undefined) return signed(options, io);
  if (statement.length > 0) return gathered(path, options, io);
  if (out === undefined) throw usage('a recovery makes an identity file', '--out <file>', 'out');
  if (sign.length > 0)
    throw usage(
      'guardians sign what was begun',
      'ttp did recover --statement <file> --sign <key file>',
      'sign',
    );
  return begun(path, out, options, io);
}

/** Begins it: a fresh key, in a file of its own, and a key log that ends with the recovery. */
async function begun(path: string, out: string, options: RecoverOptions, io: Io): Promise<Answer> {
  const { clock, random } = io;
  const nextOut = rotationNames(out).next;
  const statementOut = `${out}.statement`;
  for (const file of [out, nextOut, statementOut]) await requireAbsent(file, 'out');
  const { keyLog, related } = await readKeyLogs(path, 'keyLog');
  const recovery = await recoveryOf(options);
  const asked = passphrases(io);
  const { using } = options;
  const backupSeed =
    using === undefined
      ? undefined
      : await decryptKey(await readJson(using, { field: 'using' }), { passphrase: await asked.get(using) });
  const identity = await recoverIdentity({
    keyLog,
    random,
    clock,
    ...(backupSeed === undefined ? {} : { backupSeed }),
    ...(recovery === undefined ? {} : { recovery }),
  });
  backupSeed?.fill(0);
  const logs = { keyLog: identity.keyLog, related };
  // With a backup key it is complete, and has to hold; guardians have still to sign.
  if (using !== undefined) await standingOf(logs, clock);
  await writeIdentity(
    identity,
    logs,
    { out, nextOut },
    await asked.get('the recovered identity', { isNew: true }),
    io,
  );
  await writeNew(statementOut, formatLogs(logs), 'out');
  return answerOf(logs, { identity: out, nextKey: nextOut, statement: statementOut }, using !== undefined);
}

async function writeIdentity(
  { did, seed, nextSeed, keyLog }: NewIdentity,
  { related }: KeyLogs,
  { out, nextOut }: { readonly out: string; readonly nextOut: string },
  passphrase: string,
  { clock, random }: Io,
): Promise<void> {
  const createdAt = clock.now();
  const rotations = keysIn(keyLog) - 1;
  const key = await encryptKey({ seed, did, passphrase, random, history: { createdAt, rotations } });
  const history = { createdAt, rotations: rotations + 1 };
  const nextKey = await encryptKey({ seed: nextSeed, did, passphrase, random, history });
  await writeNew(nextOut, formatKeyFile(nextKey), 'out');
  await writeNew(out, formatIdentityFile(keyLog, key, related), 'out');
}

/** A guardian signs the recovery, or copies of it are merged, where nobody has its key. */
async function signed(options: RecoverOptions, io: Io): Promise<Answer> {
  const { out, statement, sign } = options;
  if (statement.length === 0)
    throw usage('nothing to recover', 'the key log of the identity, or --statement <file> to sign', 'keyLog');
  if (out === undefined) throw usage('what is signed goes into a file of its own', '--out <file>', 'out');
  await requireAbsent(out, 'out');
  const merged = await mergedLogs(statement);
  const asked = passphrases(io);
  const guardians: { readonly signer: Signer; readonly logs?: KeyLogs }[] = [];
  for (const file of sign)
    guardians.push(await openSigner(file, { field: 'sign', passphrases: asked, clock: io.clock }));
  const last = await signFurther(
    lastOf(merged.keyLog),
    guardians.map(({ signer }) => signer),
  );
  const added = guardians.flatMap(({ logs }) => (logs === undefined ? [] : [...logs.related, logs.keyLog]));
  const logs = {
    keyLog: [...merged.keyLog.slice(0, -1), last],
    related: distinctLogs([...merged.related, ...added]),
  };
  // Whoever may not sign spoils it for the others: it is refused before anything is written.
  const isWhole = await isComplete(logs, io.clock);
  await writeNew(out, formatLogs(logs), 'out');
  return answerOf(logs, { statement: out }, isWhole);
}

/** The signatures of the guardians go into the identity file that began the recovery. */
async function gathered(path: string, options: RecoverOptions, io: Io): Promise<Answer> {
  const file = await readIdentityFile(path, 'keyLog');
  const merged = await mergedLogs(options.statement);
  const others = await Promise.all(options.with.map((one) => readKeyLogs(one, 'with')));
  const last = mergeStatements([lastOf(file.keyLog), lastOf(merged.keyLog)]);
  const logs = {
    keyLog: [...file.keyLog.slice(0, -1), last],
    related: distinctLogs([
      ...file.related,
      ...merged.related,
      ...others.flatMap((one) => [...one.related, one.keyLog]),
    ]),
  };
  await standingOf(logs, io.clock);
  await replaceFile(path, formatIdentityFile(logs.keyLog, file.key, logs.related));
  return answerOf(logs, { identity: path }, true);
}

/** Copies of one recovery as one, with the signatures of all of them. */
async function mergedLogs(files: readonly string[]): Promise<KeyLogs> {
  const copies = await Promise.all(files.map((file) => readKeyLogs(file, 'statement')));
  const [first] = copies;
  const last = mergeStatements(copies.map(({ keyLog }) => lastOf(keyLog)));
  return {
    keyLog: [...(first?.keyLog.slice(0, -1) ?? []), last],
    related: distinctLogs(copies.flatMap(({ related }) => related)),
  };
}

/** Each log once, by its inception: the longest of those given. */
function distinctLogs(logs: readonly (readonly Envelope[])[]): readonly (readonly Envelope[])[] {
  const byInception = new Map<Hash | undefined, readonly Envelope[]>();
  for (const log of logs) {
    const id = log[0] === undefined ? undefined : envelopeId(log[0]);
    if ((byInception.get(id)?.length ?? 0) < log.length) byInception.set(id, log);
  }
  return [...byInception.values()];
}

/** The recovery at the end of a key log. Throws CLI_STATEMENT. */
function lastOf(keyLog: readonly Envelope[]): Envelope {
  const last = keyLog.at(-1);
  if (last !== undefined && isRecovery(last)) return last;
  throw new HintedError(
    'CLI_STATEMENT',
    'the key log does not end with a recovery',
    'the .statement file that ttp did recover has written, or a copy of it that was signed further',
    'statement',
  );
}

const formatLogs = ({ keyLog, related }: KeyLogs): string =>
  `${JSON.stringify({ keyLog, ...(related.length === 0 ? {} : { related }) }, null, 2)}\n`;

/** Whether enough have signed. What else is wrong is a fault. */
async function isComplete(logs: KeyLogs, clock: Clock): Promise<boolean> {
  try {
    await standingOf(logs, clock);
    return true;
  } catch (error) {
    if (isTtpError(error, 'CRYPTO_ENVELOPE_SIGNER_MISSING')) return false;
    throw error;
  }
}

function answerOf(logs: KeyLogs, files: Readonly<Record<string, string>>, isWhole: boolean): Answer {
  const last = lastOf(logs.keyLog);
  const did = last.head.iss;
  const signedBy = last.sigs.map(({ kid }) => kid);
  const [key] = Array.isArray(last.body['keys']) ? last.body['keys'] : [];
  return {
    exit: EXIT.ok,
    json: { did, recovery: envelopeId(last), publicKey: key ?? '', ...files, signedBy, complete: isWhole },
    text: () =>
      [
        did,
        `recovery   ${envelopeId(last)}, begun ${timeText(last.head.iat)}`,
        ...Object.entries(files).map(([name, file]) => `${(NAMES[name] ?? name).padEnd(10)} ${file}`),
        `signed by  ${signedBy.join(', ')}`,
        isWhole
          ? 'complete   publish its key log: it is in force 24 hours after it was seen, unless the owner vetoes it'
          : 'to do      guardians sign the statement: ttp did recover --statement <file> --sign <key file> --out <file>',
      ].join('\n'),
  };
}

const NAMES: Readonly<Record<string, string>> = { nextKey: 'next key' };

const usage = (message: string, hint: string, field: string): TtpError =>
  new HintedError('CLI_USAGE', message, hint, field);
