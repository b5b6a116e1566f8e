/** Error codes of @ttp/did, each with what it means. Codes are the API; messages are for people. */
export const DID_ERRORS = {
  DID_BAD_SYNTAX: 'The text is not an identifier in the one spelling that its form allows.',
  DID_TOO_LONG: 'The identifier or one of its parts is longer than its form allows.',
  DID_UNKNOWN_METHOD: 'The identifier belongs to none of the methods TTP knows.',
  DID_UNKNOWN_TYPE: 'The type is none of agent, skill, tool, service and publisher.',
  DID_BAD_KEY: 'The identifier or key log holds what is not the Multikey of an Ed25519 public key.',
  DID_BAD_SERVICE: 'The service has a malformed id, type or endpoint, or its id is taken.',
  DID_BAD_LOG: 'The key log is not a well-formed, hash-linked sequence of operations.',
  DID_LOG_MISMATCH: 'The inception of the key log does not hash to the identifier it is used for.',
  DID_LOG_UNSIGNED: 'An entry of the key log lacks a signature it needs, or carries another.',
  DID_LOG_COMMITMENT: 'The key that a rotation reveals is not the one committed to before.',
  DID_LOG_UNSUPPORTED: 'The key log holds an operation that this version does not process.',
  DID_PARENT_UNRESOLVED: 'The inception names a parent whose verified document was not given.',
  DID_KEY_NOT_CURRENT: 'The private key is not the one the key log has in force.',
  DID_KEY_IN_USE: 'The public key belongs to another identity.',
  DID_FROZEN: 'The identity showed two different entries at one position of its key log.',
  DID_BAD_DOCUMENT: 'The document is not one that a verified key log or did:key produces.',
  DID_UNRESOLVED: 'Nothing verified is known about the identifier.',
  DID_METHOD_UNSUPPORTED: 'Identifiers of this method cannot be resolved here.',
  DID_STORE_CONFLICT: 'The stored key log kept changing while it was being extended.',
  DID_BAD_CHALLENGE: 'The body of a challenge or response has other members than it should.',
  DID_SELF_CHALLENGE: 'A party is asked to prove its identity to itself.',
  DID_WRONG_PROVER: 'The document is not that of the prover who was challenged.',
  DID_WRONG_CHALLENGE: 'The response answers another challenge.',
  DID_WRONG_KEY: 'The public key in the response is not the one that signed it.',
  DID_REFLECTED_NONCE: 'The response hands back the nonce of the challenge as its own.',
  DID_CHALLENGE_USED: 'The challenge was answered before.',
  DID_CHALLENGE_EXPIRED: 'The challenge was not answered in time.',
} as const;

/** The closed list of codes that @ttp/did throws of its own. */
export type DidErrorCode = keyof typeof DID_ERRORS;
