/** Most schedules that `explore` runs unless it is told otherwise; more is a failure, never a silent end. */
export const EXPLORE_MAX_SCHEDULES = 100_000;

/**
 * Turns of the event loop without any progress after which the tasks of a schedule count as deadlocked: tens of
 * milliseconds, so that a digest which WebCrypto computes on another thread is not taken for a deadlock.
 */
export const DEADLOCK_TURNS = 20_000;

/** Size of what a disk writes at once, in bytes: power loss tears a write only at its multiples (threats.md R11). */
export const DISK_SECTOR_BYTES = 512;
