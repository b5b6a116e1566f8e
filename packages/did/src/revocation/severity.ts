/** How grave what led to a revocation is, mildest first (ttp-protocol.txt L2934-L2938). */
export const REVOCATION_SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type RevocationSeverity = (typeof REVOCATION_SEVERITIES)[number];

const DAY_MS = 86_400_000;

/** How long a revocation lasts that states no end of its own, in ms: 7, 30, 90 and 365 days. */
export const REVOCATION_EXPIRY_MS: Readonly<Record<RevocationSeverity, number>> = {
  low: 7 * DAY_MS,
  medium: 30 * DAY_MS,
  high: 90 * DAY_MS,
  critical: 365 * DAY_MS,
};
