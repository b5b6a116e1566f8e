import { observationsOf } from '@ttp/sdk';
import type { ObservedCalls } from '@ttp/spl';
import type { Io } from '../io.js';
import { readTrusted } from './trusted.js';

/** The calls in a bundle that {@link readTrusted} takes. Throws what that throws. */
export const readObserved = async (
  path: string,
  logKeys: readonly string[],
  io: Io,
): Promise<ObservedCalls> => observationsOf(await readTrusted(path, logKeys, io));
