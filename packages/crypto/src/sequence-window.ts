import { TtpError } from '@ttp/core';
import { SEQUENCE_MAX, SEQUENCE_WINDOW } from './limits.js';

/** Which sequences of one sender were used, where messages may overtake each other. */
export interface SequenceWindow {
  /**
   * Takes a sequence, once. Admit only what was authenticated.
   *
   * @throws CRYPTO_REPLAYED for one that was used, or is so old that nobody knows; CRYPTO_BAD_PARAMETER for what is none
   */
  admit(sequence: bigint): void;
}

/**
 * The replay state of a session (decision D10): the highest sequence that was used, and which of the
 * SEQUENCE_WINDOW before it. It needs no clock and no store, takes the same room whatever is sent, and ends with
 * its session; after a restart there is no session to replay into.
 */
export function createSequenceWindow(): SequenceWindow {
  /** The highest one admitted; -1 before the first. */
  let top = -1n;
  /** Bit n: `top - n` was used. */
  let used = 0n;
  return {
    admit(sequence) {
      if (sequence < 0n || sequence > SEQUENCE_MAX)
        throw new TtpError('CRYPTO_BAD_PARAMETER', 'a sequence has 64 bits', { field: 'sequence' });
      if (sequence > top) {
        const ahead = sequence - top;
        used = ahead < SEQUENCE_WINDOW ? BigInt.asUintN(Number(SEQUENCE_WINDOW), used << ahead) | 1n : 1n;
        top = sequence;
        return;
      }
      const bit = 1n << (top - sequence < SEQUENCE_WINDOW ? top - sequence : 0n);
      if (top - sequence >= SEQUENCE_WINDOW || (used & bit) !== 0n)
        throw new TtpError('CRYPTO_REPLAYED', `sequence ${sequence} was used, or is older than the window`);
      used |= bit;
    },
  };
}
