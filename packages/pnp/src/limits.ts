/** Rounds of a negotiation; the offer opens the first, each counter one more (decision D21, ttp-protocol.txt L2328). */
export const MAX_ROUNDS = 3;

/** How long a round may take, from the offer or counter that opens it: 30 s (ttp-protocol.txt L2329). */
export const ROUND_TIMEOUT_MS = 30_000;

/** How long a negotiation may take: 90 s (ttp-protocol.txt L2330). */
export const SESSION_TIMEOUT_MS = 90_000;

/** How far the clocks of both sides may lie apart where a deadline is read: 60 s (decision D10). */
export const DEADLINE_SKEW_MS = 60_000;

/** Conflicts that a verdict lists: 64. A policy has room for thousands, and its author chooses them. */
export const CONFLICTS_MAX = 64;

/** Policies of one agreement: 8, as many as can be armed together. Two sides make two; it may be met with further ones. */
export const AGREEMENT_MAX_LAYERS = 8;

/** Loaded policies that a process keeps for the next step: 32, of 50 KB at most. */
export const POLICIES_KEPT = 32;

/** Size of one message of a negotiation: 256 KiB; a policy has 50 KB and may be escaped. */
export const MESSAGE_MAX_BYTES = 262_144;

/** Messages that a driver refuses in one negotiation before it gives up: 256. */
export const MESSAGES_MAX = 256;
