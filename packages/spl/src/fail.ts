import { TtpError } from '@ttp/core';
import type { SplErrorCode } from './errors.js';

/** Refuses what stands at `field`. */
export function fail(code: SplErrorCode, message: string, field: string): never {
  throw new TtpError(code, message, { field });
}
