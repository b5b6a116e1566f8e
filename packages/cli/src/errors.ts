/** Error codes of the command line, each with what it means. */
export const CLI_ERRORS = {
  CLI_USAGE: 'The arguments are not those of the command; its --help shows them.',
  CLI_FAILED: 'The command failed with an error that has no code of its own.',
  CLI_FILE_MISSING: 'The file does not exist.',
  CLI_FILE_EXISTS: 'The file exists already and is not overwritten.',
  CLI_FILE_TOO_LARGE: 'The file is larger than the command reads.',
  CLI_FILE_UNREADABLE: 'The file cannot be read.',
  CLI_FILE_UNWRITABLE: 'The file cannot be written.',
  CLI_PASSPHRASE_MISSING: 'A passphrase is needed, and there is neither TTP_PASSPHRASE nor a terminal.',
  CLI_PASSPHRASE_SHORT: 'The passphrase of a new key has too few characters.',
  CLI_PASSPHRASE_MISMATCH: 'The two passphrases typed in are not the same.',
  CLI_PASSPHRASE_ABORTED: 'Whoever was asked for the passphrase ended the input.',
  CLI_IDENTITY_FILE: 'The file is not an identity file.',
  CLI_OPERATOR_KEY: 'The key file is not that of an operator, whose key is its did:key.',
  CLI_OPERATORS_FILE: 'The roster of operators is malformed.',
  CLI_STATEMENT: 'The file is no such statement, or not the same one as the others, or lacks what it needs.',
  CLI_FACTS: 'The facts of a score are no JSON object, or their history is no list of totals.',
  CLI_REQUEST: 'The request to be evaluated is malformed.',
  CLI_FORBIDDEN_FILE: 'The list of forbidden calls is malformed.',
  CLI_SELF_TEST_FAILED: 'A call that has to be denied is not: the policy is not armed.',
  CLI_STORE_ADDRESS: 'The address of a storage is of no kind that there is, or holds a password.',
  CLI_STORE_CLIENT: 'The client of the database is not installed.',
  CLI_STORE_NOT_EMPTY: 'The storage that is to be copied into holds something already.',
  CLI_STORE_UNFINISHED:
    'The storage is a copy that was interrupted, or that came out another than its source.',
  CLI_STORE_CHANGED: 'The storage was written to while it was copied.',
  CLI_STORE_DIFFERS: 'The copy of a storage does not hold what the source holds.',
  CLI_LOG_ABSENT: 'The storage holds no such audit log of this identity.',
  CLI_PROOF_FILE: 'The file is not a proof as ttp trace prove writes it.',
  CLI_BUNDLE: 'The file does not begin like an audit bundle.',
  CLI_BUNDLE_INVALID: 'The bundle is not whole, or nobody trusted signed it: nothing is concluded from it.',
  CLI_LOG_KEY: 'The log key is neither a Multikey nor a DID, "=" and a Multikey.',
  CLI_LOG_KEY_MISSING: 'No log key was given, so nobody knows who vouches for the bundle.',
  CLI_MCP_MESSAGE: 'A line is not a JSON-RPC message of MCP, or is longer than allowed.',
  CLI_VECTORS: 'The file or folder holds no test vectors of the conformance protocol.',
  CLI_CONFORMANCE_SILENT: 'The installation under test gives no answer, or none that is one.',
  CLI_DEMO_ABSENT: 'The demo stands in the repository, and this is not run from there.',
} as const;

/** The closed list of codes that the command line itself throws or prints. */
export type CliErrorCode = keyof typeof CLI_ERRORS;

/** Error codes of the conformance protocol, beside those of the packages it drives. */
export const CONFORMANCE_ERRORS = {
  CONFORMANCE_BAD_REQUEST: 'The line is not a request, or an argument is missing or malformed.',
  CONFORMANCE_NOT_IMPLEMENTED: 'The operation, or a variant of it that was asked for, does not exist here.',
  CONFORMANCE_FAILED: 'The operation failed with an error that has no code: a defect of this implementation.',
} as const;

/** The closed list of codes that the conformance protocol answers by itself. */
export type ConformanceErrorCode = keyof typeof CONFORMANCE_ERRORS;
