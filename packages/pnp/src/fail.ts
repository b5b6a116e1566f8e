import { TtpError } from '@ttp/core';
import type { PnpErrorCode } from './errors.js';

/** Refuses what stands at `field`. */
export function fail(code: PnpErrorCode, message: string, field: string): never {
  throw new TtpError(code, `${field}: ${message}`, { field });
}
