/** Entries of one batch. */
export const BATCH = 100;

/** Entries of 1.1 KB, as leaves of the audit log are. */
export const batch: readonly Uint8Array[] = Array.from({ length: BATCH }, (_, i) =>
  Uint8Array.from({ length: 1100 }, (_byte, k) => (i * 7 + k) % 251),
);
