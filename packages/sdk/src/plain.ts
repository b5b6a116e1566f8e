import { codeOf, type ErrorCode } from '@ttp/core';

/** Freezes plain data that this package made itself, to the bottom. What is frozen already is so all the way down. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

/**
 * The object's own members, each read once. Nothing is inherited: a prototype that somebody polluted adds no option
 * and no argument.
 */
export function ownMembers<T extends object>(value: T): T {
  const own = { ...value };
  Object.setPrototypeOf(own, null);
  return own;
}

const CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
const CODE_MAX_CHARS = 64;

/**
 * The code of whatever was thrown. What a tool throws is its own code's business: an error that throws when it is
 * looked at, or whose code is no code, gets `otherwise`, so that the outcome can always be recorded.
 */
export function faultCode(error: unknown, otherwise: ErrorCode): ErrorCode {
  try {
    const code = codeOf(error, otherwise);
    return typeof code === 'string' && code.length <= CODE_MAX_CHARS && CODE.test(code) ? code : otherwise;
  } catch {
    return otherwise; // which is the answer: it has no code
  }
}
