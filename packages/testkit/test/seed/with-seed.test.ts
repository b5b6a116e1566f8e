import { TtpError } from '@ttp/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { codeRejectedBy, withSeed } from '../../src/index.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The seeds of the runs, as far as they get. */
async function seedsOf(name: string, runs: number): Promise<unknown[]> {
  const seeds: unknown[] = [];
  await withSeed(name, runs, (random, run) => void seeds.push(`${run} ${random.seed}`));
  return seeds;
}

/** What is thrown, when run 3 of `property` fails with `fault`. */
async function failure(fault: unknown): Promise<unknown> {
  try {
    await withSeed('property', 10, (_, run) => {
      if (run === 3) throw fault;
    });
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('withSeed', () => {
  it('gives each run and each name a seed of its own, the same ones every time', async () => {
    vi.stubEnv('TTP_SEED', undefined);
    const seeds = await seedsOf('property', 20);
    expect(new Set(seeds).size).toBe(20);
    expect(await seedsOf('property', 20)).toEqual(seeds);
    expect(await seedsOf('another', 1)).not.toEqual(seeds.slice(0, 1));
  });

  it('adds the seed to the message of what failed, and throws the same error', async () => {
    vi.stubEnv('TTP_SEED', undefined);
    const fault = new TtpError('CORE_BAD_TIME', 'wrong');
    expect(await failure(fault)).toBe(fault);
    expect(fault.code).toBe('CORE_BAD_TIME');
    expect(fault.message).toMatch(
      /^wrong\n\[property\] failed with seed (3-[0-9a-f]{8}); repeat with TTP_SEED=\1$/,
    );
  });

  it('makes an error of what is none, with the seed', async () => {
    vi.stubEnv('TTP_SEED', undefined);
    expect(await failure('just text')).toMatchObject({
      message: expect.stringMatching(/^just text\n.*TTP_SEED=3-/),
      cause: 'just text',
    });
  });

  it('repeats exactly one run when TTP_SEED names it', async () => {
    vi.stubEnv('TTP_SEED', undefined);
    const drawn: string[] = [];
    const note = (run: number, word: number): void => void drawn.push(`${run} ${word}`);
    let seed = '';
    await withSeed('property', 5, (random, run) => {
      if (run === 3) seed = String(random.seed);
      note(run, random.int(2 ** 32));
    });
    vi.stubEnv('TTP_SEED', seed);
    await withSeed('property', 5, (random, run) => note(run, random.int(2 ** 32)));
    expect(drawn).toHaveLength(6);
    expect(drawn[5]).toBe(drawn[3]);
  });

  it('refuses a TTP_SEED that is none, and no runs', async () => {
    vi.stubEnv('TTP_SEED', 'seventeen');
    expect(await codeRejectedBy(withSeed('property', 1, () => {}))).toBe('TESTKIT_BAD_ARGUMENT');
    vi.stubEnv('TTP_SEED', undefined);
    expect(await codeRejectedBy(withSeed('property', 0, () => {}))).toBe('TESTKIT_BAD_ARGUMENT');
  });
});
