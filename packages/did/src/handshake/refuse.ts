import { TtpError } from '@ttp/core';
import type { DidErrorCode } from '../errors.js';

/** The error with which a handshake or session refuses what it was sent. */
export const refuse = (code: DidErrorCode, field: string, message: string): TtpError =>
  new TtpError(code, `${field}: ${message}`, { field });
