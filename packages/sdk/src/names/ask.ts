import { type Did, type ErrorCode, type Timer, TtpError } from '@ttp/core';
import type { NameAnswer, NameCheckpoint, NameRegistry } from '@ttp/did';
import { NAME_LOOKUP_MAX_MS } from '../limits.js';
import { faultCode } from '../plain.js';

/** What a registry says of a name, as far as it shows it. */
export type NameSaid =
  | { readonly did: Did; readonly checkpoint: NameCheckpoint }
  /** Nothing that counts: it cannot be reached, proves nothing, knows no such name, or shows an older log. */
  | { readonly fault: ErrorCode };

/**
 * Asks a registry for a name.
 *
 * @param seen the furthest that its log was seen
 * @returns never throws: what went wrong is the code of `fault`, SDK_NAMES_TIMEOUT after NAME_LOOKUP_MAX_MS and
 *   SDK_NAME_ROLLED_BACK for a log that is not the one seen before
 */
export async function askName(
  registry: NameRegistry,
  name: string,
  seen: NameCheckpoint | undefined,
  timer: Timer,
): Promise<NameSaid> {
  let answer: NameAnswer | undefined;
  try {
    answer = await inTime(registry.lookup(name), timer);
  } catch (error) {
    return { fault: faultCode(error, 'SDK_NAMES_FAILED') };
  }
  if (answer === undefined) return { fault: 'DID_UNRESOLVED' };
  const { did, checkpoint } = answer;
  return seen !== undefined && isBefore(checkpoint, seen)
    ? { fault: 'SDK_NAME_ROLLED_BACK' }
    : { did, checkpoint };
}

/** Whether it cannot be a later state of the log seen: shorter, or as long and another. */
const isBefore = (one: NameCheckpoint, seen: NameCheckpoint): boolean =>
  one.size < seen.size || (one.size === seen.size && one.root !== seen.root);

/** A registry that hangs must not keep an agent from starting, nor a check from ending. */
async function inTime<T>(asked: Promise<T>, timer: Timer): Promise<T> {
  let dispose: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    dispose = timer.after(NAME_LOOKUP_MAX_MS, () =>
      reject(new TtpError('SDK_NAMES_TIMEOUT', 'the registry of names did not answer in time')),
    );
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    dispose?.();
  }
}
