import { TtpError } from '@ttp/core';
import { environment } from '../files/environment.js';
import { fnv1a, type SeededRandom, seededRandom } from './random.js';

/** The number of the run stands in front, so that a seed alone repeats its run. */
const SEED = /^(\d+)-[0-9a-f]{8}$/;

/**
 * Runs `fn` with `runs` different seeds, which follow from the name. What `fn` throws gets the seed added to its
 * message; `TTP_SEED=<seed>` then repeats just that run.
 *
 * @param name of the property; another name gives other seeds
 * @param runs how many, 1 or more
 * @throws what `fn` throws; TESTKIT_BAD_ARGUMENT
 */
export async function withSeed(
  name: string,
  runs: number,
  fn: (random: SeededRandom, run: number) => void | Promise<void>,
): Promise<void> {
  if (!Number.isSafeInteger(runs) || runs < 1)
    throw new TtpError('TESTKIT_BAD_ARGUMENT', `not a number of runs: ${runs}`);
  const chosen = environment('TTP_SEED');
  if (chosen !== undefined) return runOnce(name, chosen, fn);
  const suffix = fnv1a(name).toString(16).padStart(8, '0');
  for (let run = 0; run < runs; run++) await runOnce(name, `${run}-${suffix}`, fn);
}

async function runOnce(
  name: string,
  seed: string,
  fn: (random: SeededRandom, run: number) => void | Promise<void>,
): Promise<void> {
  const run = SEED.exec(seed)?.[1];
  if (run === undefined) throw new TtpError('TESTKIT_BAD_ARGUMENT', `TTP_SEED is not a seed: ${seed}`);
  try {
    await fn(seededRandom(seed), Number(run));
  } catch (error) {
    const note = `[${name}] failed with seed ${seed}; repeat with TTP_SEED=${seed}`;
    if (!(error instanceof Error)) throw new Error(`${String(error)}\n${note}`, { cause: error });
    // The same error, so that its code and the difference an assertion carries stay with it.
    error.message = `${error.message}\n${note}`;
    throw error;
  }
}
