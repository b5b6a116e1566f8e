import { isTtpError } from '@ttp/core';
import { hintOf } from '../hints.js';

/** A fault that no request can be answered with, as a line for standard error. */
export function faultText(fault: unknown): string {
  if (!isTtpError(fault)) return String(fault);
  const hint = hintOf(fault);
  return `${fault.message} [${fault.code}]${hint === undefined ? '' : `; try: ${hint}`}`;
}
