/** What every error code looks like: the package's area, then the case, in capitals. */
export type ErrorCode = `${Uppercase<string>}_${Uppercase<string>}`;

/** Survives a second copy of this package in the same process, where `instanceof` would not. */
const MARK = Symbol.for('ttp.error');

/** What a {@link TtpError} may carry beside its code and message. */
export interface TtpErrorOptions {
  /** Path of the offending input, such as `rules[3].effect`. */
  readonly field?: string;
  readonly cause?: unknown;
}

/**
 * The one error class of TTP. Branch on `code`, which is stable; `message` is for people and may change.
 * Faults throw, verdicts return: a policy's DENY is a value, a broken signature is a `TtpError`.
 */
export class TtpError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly field: string | undefined;

  constructor(code: Code, message: string, options: TtpErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'TtpError';
    this.code = code;
    this.field = options.field;
    Object.defineProperty(this, MARK, { value: true });
  }

  /** Code, message and field; never the cause, which may hold what must not leave the process. */
  toJSON(): { readonly code: Code; readonly message: string; readonly field?: string } {
    const { code, message, field } = this;
    return field === undefined ? { code, message } : { code, message, field };
  }
}

/** Whether `error` is a {@link TtpError}, with one of `codes` where any are given. */
export function isTtpError<Code extends ErrorCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is TtpError<Code> {
  if (typeof error !== 'object' || error === null || !(MARK in error) || !('code' in error)) return false;
  return codes.length === 0 || codes.some((code) => code === error.code);
}

/** The code of `error`, or `otherwise` for whatever else was thrown: a fault never goes without a code. */
export function codeOf(error: unknown, otherwise: ErrorCode): ErrorCode {
  return isTtpError(error) ? error.code : otherwise;
}
