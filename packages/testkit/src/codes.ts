import { isTtpError } from '@ttp/core';

/**
 * The code of the TtpError that `fn` throws, or undefined when it throws nothing: for
 * `expect(codeThrownBy(() => parse('x'))).toBe('DID_BAD_SYNTAX')`. Whatever else is thrown passes through, so
 * that a crash is never taken for a refusal.
 */
export function codeThrownBy(fn: () => unknown): string | undefined {
  try {
    fn();
    return undefined;
  } catch (error) {
    return codeOrRethrow(error);
  }
}

/** {@link codeThrownBy} for what a promise is rejected with. */
export async function codeRejectedBy(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return codeOrRethrow(error);
  }
}

function codeOrRethrow(error: unknown): string {
  if (isTtpError(error)) return error.code;
  throw error;
}
