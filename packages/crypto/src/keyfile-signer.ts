import { type Clock, type Did, type Dispose, type Signer, type Timer, TtpError } from '@ttp/core';
import * as backend from '#backend';
import type { SigningKey } from './backend-contract.js';
import { decryptKey } from './keyfile.js';
import { signedBytes } from './keys.js';
import { KEY_HOLD_MAX_MS } from './limits.js';

/** For how long a key stays unlocked. */
export interface KeyHold {
  /** From the moment it was unlocked, whatever it signs meanwhile: 1 to `KEY_HOLD_MAX_MS`. */
  readonly ms: number;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly timer: Timer;
}

/** What {@link createKeyFileSigner} makes a Signer of. */
export interface KeyFileSignerInput {
  /** Full DID URL of the key. */
  readonly kid: string;
  readonly did: Did;
  /** The key registered for the identity, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly purposes: readonly string[];
  /** The key file, as `decryptKey` takes it; read anew whenever the key is unlocked. */
  load(): Promise<unknown>;
  /** The passphrase; asked for whenever the key is unlocked, and not kept. */
  passphrase(): Promise<string>;
  /** Without it the key is unlocked for each signature, and cleared after it. */
  readonly hold?: KeyHold;
}

/** A Signer whose private key is in memory only while it is unlocked. */
export interface KeyFileSigner extends Signer {
  /** Clears the private key at once. Signatures that wait for it to be unlocked fail with CRYPTO_KEY_LOCKED. */
  lock(): void;
}

interface Held {
  readonly key: SigningKey;
  readonly until: number;
  readonly cancel: Dispose;
}

/**
 * A Signer on a key file: load, decrypt, compare with the registered key, sign by purpose, and clear the private key
 * whatever happens (decision D8).
 *
 * @throws CRYPTO_BAD_PARAMETER for a hold that is too long; `sign` rejects with what `decryptKey` throws, with
 *   CRYPTO_KEY_LOCKED, and with the codes of a purpose before anybody is asked for a passphrase
 */
export function createKeyFileSigner(input: KeyFileSignerInput): KeyFileSigner {
  const { kid, did, hold } = input;
  if (hold !== undefined && !(hold.ms >= 1 && hold.ms <= KEY_HOLD_MAX_MS))
    throw new TtpError('CRYPTO_BAD_PARAMETER', `a key is held 1 to ${KEY_HOLD_MAX_MS} ms`, {
      field: 'hold.ms',
    });
  const publicKey = Uint8Array.from(input.publicKey);
  const purposes: readonly string[] = Object.freeze([...input.purposes]);
  let held: Held | undefined;
  let unlocking: Promise<void> | undefined;
  let locks = 0;

  async function unlock(): Promise<SigningKey> {
    const file = await input.load();
    const seed = await decryptKey(file, { passphrase: await input.passphrase(), publicKey, did });
    try {
      return backend.signingKey(seed);
    } finally {
      seed.fill(0);
    }
  }

  const locked = (): TtpError => new TtpError('CRYPTO_KEY_LOCKED', `${kid} was locked meanwhile`);

  /** The key, unless everything was locked since `before`. */
  function unlessLocked(key: SigningKey, before: number): SigningKey {
    if (locks === before) return key;
    key.clear();
    throw locked();
  }

  async function unlockFor({ ms, clock, timer }: KeyHold): Promise<void> {
    const before = locks;
    try {
      const key = unlessLocked(await unlock(), before);
      held = { key, until: clock.monotonic() + ms, cancel: timer.after(ms, clear) };
    } finally {
      if (locks === before) unlocking = undefined; // after a lock another one may be under way
    }
  }

  /** The key, if it is held and its time is not over: a timer may be late. */
  function heldKey(clock: KeyHold['clock']): SigningKey | undefined {
    if (held !== undefined && clock.monotonic() >= held.until) clear();
    return held?.key;
  }

  function clear(): void {
    held?.cancel();
    held?.key.clear();
    held = undefined;
  }

  return {
    kid,
    publicKey,
    purposes,
    async sign(purpose, payload) {
      // A copy, since the payload may change while somebody types a passphrase.
      const message = Uint8Array.from(signedBytes({ kid, purposes }, purpose, payload));
      if (hold === undefined) {
        const before = locks;
        const key = unlessLocked(await unlock(), before);
        try {
          return key.sign(message);
        } finally {
          key.clear();
        }
      }
      if (heldKey(hold.clock) === undefined) await (unlocking ??= unlockFor(hold)); // once for all who wait
      const key = heldKey(hold.clock);
      if (key === undefined) throw locked();
      return key.sign(message);
    },
    lock() {
      locks++;
      unlocking = undefined;
      clear();
    },
  };
}
