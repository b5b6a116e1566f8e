/** Error codes of @ttp/etr-merkle, each with what it means. Codes are the API; messages are for people. */
export const ETR_ERRORS = {
  ETR_BAD_HASH: 'The bytes are not a SHA-256 hash of 32 bytes.',
  ETR_BAD_POSITION: 'The index or size lies outside the tree, or outside what the encoding can hold.',
  ETR_BAD_PROOF: 'The value is not an inclusion or consistency proof in its JSON form.',
  ETR_BAD_ENTRY_ID: 'The text is not "etr:" followed by all 64 hexadecimal digits of a leaf hash.',
  ETR_BAD_NOTE: 'The text is not a signed note in the form of C2SP signed-note.',
  ETR_NOTE_UNTRUSTED: 'No key that the verifier trusts has signed the note.',
  ETR_NOTE_SIGNATURE: 'A signature of a trusted key over the note does not verify.',
  ETR_BAD_CHECKPOINT: 'The note is not a checkpoint: origin, decimal size and base64 root, a line each.',
  ETR_BAD_ORIGIN: 'The origin is not one line without spaces or plus signs, or not the one of the log.',
  ETR_NOT_A_LOG_KEY:
    'The signer is not a dedicated log key: it lacks a purpose of a log, or carries another one.',
  ETR_BAD_LEAF: 'The bytes are not a leaf in its canonical form.',
  ETR_BAD_EVENT: 'The event has a member that is missing or of the wrong type.',
  ETR_LEAF_TOO_LARGE: 'The event makes a leaf of more than 64 KiB.',
  ETR_BAD_PAYLOAD: 'The payload holds a whole number that a reader would round.',
  ETR_PAYLOAD_TOO_LARGE: 'The payload is larger than the payload store keeps.',
  ETR_PAYLOAD_UNREADABLE: 'A payload or a data key is stored, but damaged or not the one that belongs there.',
  ETR_TRACE_SEALED: 'The trace is sealed and accepts no further entry.',
  ETR_TRACE_UNKNOWN: 'The log has no entry of this trace.',
  ETR_TRACE_OPEN_INTENT:
    'The trace holds an intent whose outcome is not recorded yet, so it cannot be sealed.',
  ETR_TRACE_OPEN: 'The trace is not sealed yet.',
  ETR_MODE_RELAXED: "A trace's mode can become stricter and never more lenient.",
  ETR_MODE_FORBIDS:
    "The trace's mode does not allow this: only in standard mode are payloads changed or deleted.",
  ETR_HELD: 'A legal hold keeps the payload from being deleted, archived or erased.',
  ETR_HOLD_UNKNOWN: 'No hold with this id is in force.',
  ETR_NO_PAYLOAD: 'The trace has no such payload that is its own and still there.',
  ETR_BAD_ARCHIVE: "The text is not an archive that the log's key has signed.",
  ETR_LIFE_UNREADABLE: 'A stored mode, hold or mark of progress is damaged.',
  ETR_NO_ENTRY: 'The log has no durable entry at this index.',
  ETR_LOG_INCONSISTENT:
    'The log does not extend the tree head that was signed before, or its entries do not chain.',
  ETR_POISONED: 'A write failed before; nothing more is recorded until the recorder is opened again.',
  ETR_CLOSED: 'The recorder was closed.',
  ETR_BUNDLE_SIGNATURE: 'The first line is not a bundle envelope signed by a trusted log key.',
  ETR_BUNDLE_LINE: 'A line is missing, surplus, altered, or not in the form its kind has.',
  ETR_BUNDLE_CHAIN: "An entry does not follow the agent's entry before it.",
  ETR_BUNDLE_TRACE: 'An entry does not follow the entry of its trace before it.',
  ETR_BUNDLE_INCLUSION: 'An entry, or the whole log, does not lead to the root of the tree head.',
  ETR_BUNDLE_HEAD: 'The tree head is missing, not signed by the log key, or for another tree.',
  ETR_BUNDLE_SEAL: "A seal does not match the trace's entries, or an entry follows a seal.",
  ETR_BUNDLE_MODE: "A trace's mode was relaxed, or a bundle of a standard trace does not say that it is one.",
  ETR_BUNDLE_PAYLOAD: 'A disclosed payload does not match its commitment, or no entry commits to it.',
} as const;

/** The closed list of codes that @ttp/etr-merkle throws or reports. */
export type EtrErrorCode = keyof typeof ETR_ERRORS;
