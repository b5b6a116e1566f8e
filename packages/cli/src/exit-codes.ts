import { type ErrorCode, isTtpError } from '@ttp/core';

/** What the process ends with. The numbers are part of the command line's interface. */
export const EXIT = {
  /** Done, and the answer is yes. */
  ok: 0,
  /** Done, and the answer is no: findings, invalid, denied, refused. */
  no: 1,
  /** The arguments or what they name are wrong; doing the same again gives the same. */
  badInput: 2,
  /** It could not be done: files, storage, a missing part. */
  cannotRun: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Areas whose errors say no to something that was well asked. */
const REFUSALS = [
  'GUARD_',
  'OVERSIGHT_',
  'CRYPTO_OPERATOR_',
  'CLI_SELF_TEST_',
  'CLI_BUNDLE_INVALID',
  'GATEWAY_RELEASE_',
  'GATEWAY_TOOL_',
  'SCORE_NOT_SHARED',
  'SCORE_ATTESTATION_',
];
/** Areas whose errors are about the machine and not about the arguments. */
const OBSTACLES = [
  'CLI_FILE_',
  'CLI_DEMO_',
  'CLI_STORE_C',
  'CLI_STORE_DIFFERS',
  'CLI_STORE_NOT_EMPTY',
  'CLI_STORE_UNFINISHED',
  'CLI_CONFORMANCE_',
  'STORE_',
  'LOG_',
  'SYSTEM_',
  'GATEWAY_UPSTREAM_',
  'GATEWAY_LISTEN_',
  'GATEWAY_PINS_',
];

/** The exit code of something thrown. What has no code of ours is an obstacle that nobody foresaw. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!isTtpError(error)) return EXIT.cannotRun;
  const belongsTo = (areas: readonly string[]): boolean => startsWithOne(error.code, areas);
  if (belongsTo(OBSTACLES)) return EXIT.cannotRun;
  return belongsTo(REFUSALS) ? EXIT.no : EXIT.badInput;
}

const startsWithOne = (code: ErrorCode, prefixes: readonly string[]): boolean =>
  prefixes.some((prefix) => code.startsWith(prefix));
