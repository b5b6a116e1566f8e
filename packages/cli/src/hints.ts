import { type ErrorCode, TtpError } from '@ttp/core';
import type { CliErrorCode } from './errors.js';

/** An error that knows what to do about itself. */
export class HintedError extends TtpError<CliErrorCode> {
  /** A command line, or what has to be changed. */
  readonly hint: string;

  constructor(code: CliErrorCode, message: string, hint: string, field?: string) {
    super(code, message, field === undefined ? {} : { field });
    this.hint = hint;
  }
}

/** What whoever sees the error can do about it; undefined for what nobody at this end can mend. */
export const CLI_HINTS: Readonly<Record<CliErrorCode, string | undefined>> = {
  CLI_USAGE: 'ttp --help',
  CLI_FAILED: undefined,
  CLI_FILE_MISSING: 'the path: it is seen from the folder you are in',
  CLI_FILE_EXISTS: 'another name, or move the file away first',
  CLI_FILE_TOO_LARGE: 'a smaller file; docs/LIMITS.md has the sizes',
  CLI_FILE_UNREADABLE: 'ls -l on the path: it has to be a file that you may read',
  CLI_FILE_UNWRITABLE: 'a folder that you may write to',
  CLI_PASSPHRASE_MISSING: 'TTP_PASSPHRASE in the environment, or a terminal',
  CLI_PASSPHRASE_SHORT: 'five random words',
  CLI_PASSPHRASE_MISMATCH: 'the same command again',
  CLI_PASSPHRASE_ABORTED: 'the same command again',
  CLI_IDENTITY_FILE: 'ttp keygen --out agent.json makes one',
  CLI_OPERATOR_KEY: 'ttp keygen --operator <id> --privilege <name> --out <file> makes one',
  CLI_OPERATORS_FILE: '{ "operators": [ ... ] } with the entries that ttp keygen --operator prints',
  CLI_STATEMENT: 'the file that ttp did revoke, recover or name has written',
  CLI_FACTS: 'ttp trust report --help, and docs/trust.md for the members',
  CLI_REQUEST: 'ttp policy eval --help shows a request',
  CLI_FORBIDDEN_FILE: 'ttp self-test --help shows such a list',
  CLI_SELF_TEST_FAILED: 'ttp self-test with the same files: it names every call and who may make it',
  CLI_STORE_ADDRESS: 'a file, sqlite:<file>, fs:<folder> or postgres://<user>@<host>/<database>',
  CLI_STORE_CLIENT: 'npm install pg',
  CLI_STORE_NOT_EMPTY: 'a new file, folder or schema',
  CLI_STORE_UNFINISHED: 'the same ttp store command again, which goes on with it; or the source',
  CLI_STORE_CHANGED: 'stop what runs on it, and copy into a new storage',
  CLI_STORE_DIFFERS: 'a new target: this one is damaged, or somebody else wrote to it',
  CLI_LOG_ABSENT: 'the storage that the enforcement point of this identity runs on',
  CLI_PROOF_FILE: 'a file that ttp trace prove has written',
  CLI_BUNDLE: 'a file that ttp trace export has written',
  CLI_BUNDLE_INVALID: 'ttp verify says what is wrong with it',
  CLI_LOG_KEY: 'the log key that ttp trace export and ttp mcp print: z6Mk...',
  CLI_LOG_KEY_MISSING: '--log-key with the log key that ttp trace export and ttp mcp print',
  CLI_MCP_MESSAGE: 'one JSON-RPC message a line',
  CLI_VECTORS: 'conformance/vectors of the repository, or a file in the form of its protocol folder',
  CLI_CONFORMANCE_SILENT: 'the command by itself: it has to answer each line with a line',
  CLI_DEMO_ABSENT: 'a clone of the repository, and npm start there',
};

/** Likewise for the errors of the packages that a command line can cause. */
const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  CORE_BAD_HASH: 'sha256: and 64 lowercase hexadecimal digits',
  CORE_BAD_TRACE: 'a trace id of ttp trace list: 32 hexadecimal digits',
  CORE_CLOCK_REGRESSED: 'the clock of this machine: it stands before what was recorded already',
  CRYPTO_JSON_SYNTAX: 'JSON as RFC 8259 has it: no comments, no comma before a closing bracket',
  CRYPTO_KEY_FILE_PASSPHRASE: 'the passphrase that the key was made with',
  CRYPTO_KEY_FILE_SHAPE: 'a file that ttp keygen has written',
  CRYPTO_KEY_FILE_MISMATCH: 'the key file that belongs to this key log',
  CRYPTO_JSON_DUPLICATE_KEY: 'each key once',
  CRYPTO_OPERATOR_UNKNOWN: 'a key whose entry stands in the roster of --operators',
  CRYPTO_OPERATOR_PRIVILEGE:
    'an operator with the privilege, or ttp keygen --operator ... --privilege <name>',
  DID_RECOVERY_PENDING: 'ttp did show on the file says from when on it is',
  DID_PARENT_UNRESOLVED: '--with and the key log of the parent, added before this one',
  DID_METHOD_UNSUPPORTED: 'ttp did resolve, which asks the web too; for a name with --registry',
  DID_STATUS_LIST_STALE: 'the list that has followed it, from whoever issues it',
  DID_BAD_SYNTAX: 'the whole of it, as ttp keygen and ttp did show print it',
  ETR_LOG_INCONSISTENT: 'a backup of the storage: entries or the tree head are not what was signed',
  ETR_TRACE_UNKNOWN: 'ttp trace list shows the traces there are',
  ETR_NO_ENTRY: 'ttp trace list shows how many entries there are',
  GATEWAY_LISTEN_FAILED: 'another port: this one is taken, or not yours to listen on',
  GATEWAY_RELEASE_MISMATCH: 'ttp tools list shows the definitions that wait, with their digests',
  GATEWAY_UPSTREAM_UNREACHABLE:
    'the server command by itself: does it start, with no more of the environment than --pass-env names?',
  GUARD_NOT_KILLED: 'ttp status: the target is alive',
  GUARD_ORDER_EXPIRED: 'a new order: it holds for 10 minutes',
  GUARD_ORDER_MISMATCH: 'ttp status shows the reason of the kill; every order needs the same one',
  GUARD_ORDER_STALE: 'a new order: somebody killed or revived meanwhile',
  GUARD_QUORUM_MISSING: 'ttp reinstate ... --out order.json by one operator, --order order.json by another',
  OVERSIGHT_ALREADY_DECIDED: 'ttp review list shows what still waits',
  OVERSIGHT_NO_PRIVILEGE: 'an operator with the level and privilege that ttp review list names',
  OVERSIGHT_UNKNOWN_REVIEW: 'ttp review list shows the ids',
  SPL_EMPTY: 'at least one rule; ttp init writes an example',
  SPL_UNKNOWN_KEY: 'the keys as the README of @ttp/spl has them; ttp init writes an example',
  SPL_UNKNOWN_VERSION: '"version": "1.0.0"',
  SPL_UNSCOPED_PERMIT: 'resources and actions in every rule that permits',
  STORE_BUSY: 'again, when the other process has finished',
  STORE_UNAVAILABLE: 'Node 22.13 or newer',
  STORE_UNREADABLE: 'a file that ttp keygen --store or ttp mcp has made',
};

/** What to do about an error, where something can be done. */
export function hintOf(error: TtpError): string | undefined {
  if (error instanceof HintedError) return error.hint;
  const { code } = error;
  return isCliCode(code) ? CLI_HINTS[code] : HINTS[code];
}

const isCliCode = (code: ErrorCode): code is CliErrorCode => code in CLI_HINTS;
