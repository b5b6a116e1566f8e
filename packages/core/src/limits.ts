/** How far the wall clock may stand before the highest time seen: 60 s (threats.md H10). */
export const WALL_CLOCK_TOLERANCE_MS = 60_000;

/** How old a signed message may be: 5 min (decision D10, ttp-protocol.txt L2976). */
export const MESSAGE_MAX_AGE_MS = 300_000;

/** How far ahead a signed message may be stamped: 1 min (decision D10, ttp-protocol.txt L2980). */
export const MESSAGE_MAX_AHEAD_MS = 60_000;

/** Length of every nonce: 32 bytes (decision D6). */
export const NONCE_BYTES = 32;
