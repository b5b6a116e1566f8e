import { isTtpError } from '@ttp/core';
import { hintOf } from '../hints.js';

/** What came of looking at one thing. */
export interface Check {
  readonly name: string;
  /** `skipped`: it was not named, or what it needs is not there. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skipped';
  readonly says: string;
  /** What to do about it. */
  readonly todo?: string;
}

export const ok = (name: string, says: string): Check => ({ name, status: 'ok', says });
export const warn = (name: string, says: string, todo: string): Check => ({
  name,
  status: 'warn',
  says,
  todo,
});
export const fail = (name: string, says: string, todo: string): Check => ({
  name,
  status: 'fail',
  says,
  todo,
});
export const skipped = (name: string, says: string): Check => ({ name, status: 'skipped', says });

/** A coded error is what is wrong with the thing; anything else is a fault of this program. */
export async function attempt(
  name: string,
  look: () => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (error) {
    if (!isTtpError(error)) throw error;
    return [
      fail(
        name,
        `${error.message} [${error.code}]`,
        hintOf(error) ?? 'docs/ERRORS.md says what the code means',
      ),
    ];
  }
}
