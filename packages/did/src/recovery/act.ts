import { type Clock, type Envelope, type Random, type Signer, TtpError } from '@ttp/core';
import { createSigner, envelopeId, generateKeyPair, IDENTITY_PURPOSES, multikey } from '@ttp/crypto';
import { backupKeyId } from '../entry.js';
import { append, keyNumber, type NewIdentity, signerOf } from '../identity.js';
import { didOf } from '../key-log.js';
import { commitment } from '../log-member.js';
import { type DeactivationBody, parseInception, parseOperation, type RecoveryBody } from '../operation.js';
import type { RecoveryCommitment } from './commitment.js';

/** What somebody recovers an identity with. */
export interface RecoveryOptions {
  /** The key log as it is known, without a recovery at its end. */
  readonly keyLog: readonly Envelope[];
  /** The private backup key, 32 bytes. Without it the guardians add their signatures to the last entry. */
  readonly backupSeed?: Uint8Array;
  readonly random: Random;
  readonly clock: Clock;
  /** How the identity can be recovered from then on; not at all without it. */
  readonly recovery?: RecoveryCommitment;
}

/**
 * Begins a recovery: a fresh key, and an entry that puts it in force once it has been known for 24 hours and was not
 * vetoed (decision D3). Where guardians recover, each adds its signature with `cosignEnvelope` to the last entry of
 * the key log, once it has made sure of who asks.
 *
 * @returns the identity as it will be: its key is not in force yet
 * @throws DID_BAD_LOG, DID_LOG_UNSUPPORTED, and the codes of `signEnvelope`
 */
export async function recoverIdentity(options: RecoveryOptions): Promise<NewIdentity> {
  const { keyLog, backupSeed, random, clock, recovery } = options;
  const [first] = keyLog;
  if (first === undefined) throw new TtpError('DID_BAD_LOG', 'entries: no entry', { field: 'keyLog' });
  const { type } = parseInception(first.body);
  const did = didOf(first.body);
  const { seed, publicKey } = generateKeyPair(random);
  const next = generateKeyPair(random);
  const signer = signerOf(did, seed, keysIn(keyLog) + 1);
  const backup =
    backupSeed === undefined
      ? undefined
      : createSigner({ seed: backupSeed, kid: backupKeyId(did), purposes: IDENTITY_PURPOSES });
  const body: RecoveryBody = {
    v: 1,
    op: 'recover',
    seq: keyLog.length,
    keys: [multikey(publicKey)],
    next: [commitment(multikey(next.publicKey))],
    ...(backup === undefined ? {} : { backup: multikey(backup.publicKey) }),
    ...(recovery === undefined ? {} : { recovery }),
  };
  const signers: readonly Signer[] = backup === undefined ? [signer] : [signer, backup];
  const extended = await append({ did, keyLog }, body, signers, clock);
  return { did, type, seed, nextSeed: next.seed, signer, keyLog: extended };
}

/**
 * Ends an identity for good: nothing follows in its key log, and nobody resolves it any more. Its holder can make
 * another one, which inherits nothing (decision D4).
 *
 * @returns the key log with its last entry
 */
export function deactivateIdentity(identity: NewIdentity, clock: Clock): Promise<readonly Envelope[]> {
  const { did, signer, keyLog, nextSeed } = identity;
  const revealed = signerOf(did, nextSeed, keyNumber(identity) + 1);
  const body: DeactivationBody = {
    v: 1,
    op: 'deactivate',
    seq: keyLog.length,
    keys: [multikey(revealed.publicKey)],
  };
  return append(identity, body, [signer, revealed], clock);
}

/** How many keys were in force up to the end of the log, taken that its recoveries are those that nobody vetoed. */
function keysIn(keyLog: readonly Envelope[]): number {
  const bodies = keyLog.slice(1).map(({ body }) => parseOperation(body));
  const vetoed = new Set(bodies.flatMap((body) => (body.op === 'rotate' ? [body.veto] : [])));
  const ids = keyLog.slice(1).map((entry) => envelopeId(entry));
  return (
    1 + bodies.filter(({ op }, i) => op === 'rotate' || (op === 'recover' && !vetoed.has(ids[i]))).length
  );
}
