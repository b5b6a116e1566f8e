import { isTtpError, TtpError } from '@ttp/core';
import { LOG_PURPOSES } from '@ttp/crypto';
import { openCheckpoint, parseCheckpoint } from '../checkpoint.js';
import { LOGS_MAX } from '../limits.js';
import { isKeyName, parseNote } from '../note.js';
import { extendsHead } from './head-store.js';
import { type Ledger, openLedger } from './ledger.js';
import { completeLife } from './life-effects.js';
import { createLifeStore } from './life-store.js';
import type { PayloadStore } from './payload-store.js';
import type { RecorderOptions } from './recorder.js';
import { recoverIntents } from './recovery.js';

/** Throws ETR_NOT_A_LOG_KEY for a key that signs anything but logs, ETR_BAD_ORIGIN for a name no log can have. */
export function checkOptions({ signer, origin }: RecorderOptions): void {
  const lacks = LOG_PURPOSES.find((purpose) => !signer.purposes.includes(purpose));
  const carries = signer.purposes.find((purpose) => !LOG_PURPOSES.includes(purpose));
  // A key that also signs for the agent could be tricked into signing a tree head, or the other way round (flaw.E4).
  if (lacks !== undefined || carries !== undefined)
    throw new TtpError('ETR_NOT_A_LOG_KEY', `${signer.kid} is not a log key: ${carries ?? `no ${lacks}`}`);
  if (!isKeyName(origin) || /\/log\/\d+$/.test(origin))
    throw new TtpError('ETR_BAD_ORIGIN', `not the origin of an enforcement point: ${origin.slice(0, 80)}`);
}

/**
 * Holds what is stored against checkpoints from elsewhere, before anything is added to it.
 *
 * @throws ETR_LOG_INCONSISTENT where a log does not extend its checkpoint, ETR_BAD_ORIGIN for one of another enforcement
 * point, and what `openCheckpoint` throws
 */
async function requireAtLeast({
  storage,
  signer,
  origin: point,
  atLeast = [],
}: RecorderOptions): Promise<void> {
  for (const text of atLeast) {
    const { origin } = parseCheckpoint(parseNote(text).text);
    if (!origin.startsWith(`${point}/log/`))
      throw new TtpError('ETR_BAD_ORIGIN', 'a checkpoint of another enforcement point', { field: 'atLeast' });
    const head = openCheckpoint(text, { name: origin, publicKey: signer.publicKey });
    const { tree } = await openLedger(storage, origin, signer);
    if (!extendsHead(tree, head))
      throw new TtpError(
        'ETR_LOG_INCONSISTENT',
        `${origin} does not extend a checkpoint of ${head.size} entries`,
      );
  }
}

/** The origin of a recorder's nth log (decision D28). */
export const originOf = (origin: string, n: number): string => `${origin}/log/${n}`;

/**
 * Opens the first log, from the `from`th on, that no other process appends to, and completes what a crash has
 * interrupted in it: outcomes that are unknown, erasures whose key is still there, what was to become of payloads.
 *
 * @throws LOG_CONFLICT when there are 64 others; what `openLedger` throws
 */
export async function openFreeLedger(
  options: RecorderOptions,
  payloads: PayloadStore,
  from: number,
): Promise<{ ledger: Ledger; n: number }> {
  const { storage, clock, signer, origin } = options;
  if (from === (options.firstLog ?? 0)) await requireAtLeast(options);
  for (let n = from; n < LOGS_MAX; n++) {
    const ledger = await openLedger(storage, originOf(origin, n), signer);
    try {
      await recoverIntents(ledger, clock);
    } catch (error) {
      if (isTtpError(error, 'LOG_CONFLICT')) continue;
      throw error;
    }
    if (ledger.erasedKeys.size > 0) await payloads.destroy(ledger.erasedKeys);
    await completeLife(ledger, { life: createLifeStore(storage.store), payloads });
    return { ledger, n };
  }
  throw new TtpError('LOG_CONFLICT', `other processes append to all ${LOGS_MAX} logs of ${origin}`);
}
