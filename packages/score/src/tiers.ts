/** Issuer tiers, most influential first (ttp-protocol.txt L1754-1764). */
export const ISSUER_TIERS = [
  'institutional',
  'enhanced',
  'highTrust',
  'basic',
  'standard',
  'lowTrust',
  'provisional',
  'unverified',
] as const;
export type IssuerTier = (typeof ISSUER_TIERS)[number];

/** What one attestation weighs by the tier of its issuer, in hundredths (decisions.md, table of numbers). */
export const ISSUER_TIER_WEIGHTS_CENTI: { readonly [T in IssuerTier]: number } = {
  institutional: 200,
  enhanced: 160,
  highTrust: 140,
  basic: 120,
  standard: 100,
  lowTrust: 40,
  provisional: 10,
  unverified: 0,
};

/**
 * Tiers that somebody verified, beyond a key and a history: only these count as independent evidence for what
 * score alone must not open, because a stage can be farmed and a free identity costs nothing (flaw.S1).
 */
export const VERIFIED_TIERS: readonly IssuerTier[] = ['institutional', 'enhanced', 'basic'];
