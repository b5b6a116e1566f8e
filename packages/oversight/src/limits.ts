/** Longest time to a human decision, ms: 4 h, the longest limit of a high risk in the documents' table. */
export const REVIEW_MAX_MS = 14_400_000;

/** Time to a human decision where the rule says none, ms: 15 min (financial, high risk; ttp-protocol.txt L690). */
export const REVIEW_DEFAULT_MS = 900_000;

/** How long after its deadline an approval may still be used, ms: 1 h. `expiresAt` only shortens it. */
export const APPROVAL_VALID_MS = 3_600_000;

/** Most uses that an operator can grant by one decision. */
export const APPROVAL_MAX_USES = 100;

/** Pending reviews of one agent; further ones are refused instead of flooding reviewers (flaw.O5). */
export const PENDING_MAX_PER_AGENT = 20;

/** How often a waiting call looks whether another process has decided, ms. */
export const REVIEW_POLL_MS = 250;

/** Attempts of a compare-and-set against other processes before the call gives up: 16. */
export const REVIEW_WRITE_ATTEMPTS = 16;

/** Longest record of a new review, bytes: 128 KiB. More is nothing a human reads, and every waiting call reads it anew. */
export const REVIEW_MAX_BYTES = 131_072;

/** Longest envelope of a decision, bytes: 64 KiB. */
export const DECISION_MAX_BYTES = 65_536;

/** Longest reason that an operator gives, UTF-16 units. */
export const REASON_MAX_CHARACTERS = 2000;

/** Resources that one condition may list. */
export const ALLOWED_RESOURCES_MAX = 64;
