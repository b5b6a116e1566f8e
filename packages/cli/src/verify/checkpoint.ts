import { isTtpError, type TtpError } from '@ttp/core';
import { type Checkpoint, openCheckpoint } from '@ttp/etr-merkle';
import type { LogKeyArgument } from './log-keys.js';

/** A checkpoint by the first trusted key that signed it, or why none did. */
export type OpenedCheckpoint =
  | { readonly checkpoint: Checkpoint; readonly key: LogKeyArgument }
  | { readonly refused: TtpError | undefined };

/** Opens a checkpoint of the log `origin`. A key that was trusted with one enforcement point opens no other's. */
export function openByOne(note: string, origin: string, keys: readonly LogKeyArgument[]): OpenedCheckpoint {
  const point = origin.replace(/\/log\/\d+$/, '');
  let refused: TtpError | undefined;
  for (const key of keys.filter((one) => one.origin === undefined || one.origin === point)) {
    try {
      return { checkpoint: openCheckpoint(note, { name: origin, publicKey: key.publicKey }), key };
    } catch (error) {
      if (!isTtpError(error)) throw error;
      refused = error;
    }
  }
  return { refused };
}
