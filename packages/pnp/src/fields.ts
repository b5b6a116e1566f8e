import { CAPABILITIES, highest, STAGES } from '@ttp/core';
import type { Offers, Requirements } from '@ttp/spl';

/** Sorted by UTF-16 code unit, each once. */
export const sortedSet = <T extends string>(list: readonly T[]): readonly T[] => [...new Set(list)].sort();

/** Whether a name is in the closed registry of capabilities (decision D27). */
export const isKnownCapability = (name: string): boolean => CAPABILITIES.some((known) => known === name);

/** What either side says; where both do, what `join` makes of it. */
function either<T>(a: T | undefined, b: T | undefined, join: (a: T, b: T) => T): T | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return join(a, b);
}

const union = (a: readonly string[], b: readonly string[]): readonly string[] => sortedSet([...a, ...b]);

/**
 * The requirements of both: who meets the result meets either. Preconditions add up, so capabilities that are required
 * are united, as compliance tags are. Whether the purposes are equal is the caller's to see to.
 */
export function mergeRequirements(a: Requirements, b: Requirements): Requirements {
  const minTrustScore = either(a.minTrustScore, b.minTrustScore, Math.max);
  const minTrustStage = either(a.minTrustStage, b.minTrustStage, (x, y) => highest(STAGES, x, y));
  const requiredCapabilities = either(a.requiredCapabilities, b.requiredCapabilities, union);
  const verified = either(a.requireIdentityVerification, b.requireIdentityVerification, (x, y) => x || y);
  const purpose = a.purpose ?? b.purpose;
  const compliance = either(a.compliance, b.compliance, union);
  return {
    ...(minTrustScore === undefined ? {} : { minTrustScore }),
    ...(minTrustStage === undefined ? {} : { minTrustStage }),
    ...(requiredCapabilities === undefined ? {} : { requiredCapabilities }),
    ...(verified === undefined ? {} : { requireIdentityVerification: verified }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(compliance === undefined ? {} : { compliance }),
  };
}

/**
 * What both offer. Who says nothing of capabilities offers none, so that nothing is in the result that a side did not
 * offer; who says nothing of a rate sets no limit.
 */
export function mergeOffers(a: Offers, b: Offers): Offers {
  const says = a.capabilities !== undefined || b.capabilities !== undefined;
  const theirs = new Set(b.capabilities);
  const capabilities = sortedSet((a.capabilities ?? []).filter((name) => theirs.has(name)));
  const rateLimit = either(a.rateLimit, b.rateLimit, (x, y) => (isSlower(y, x) ? y : x));
  return { ...(says ? { capabilities } : {}), ...(rateLimit === undefined ? {} : { rateLimit }) };
}

type Rate = NonNullable<Offers['rateLimit']>;

/**
 * Whether a rate is below another: fewer requests in the same time. Of two equal rates the one with the smaller window
 * counts as the lower, since it allows the smaller burst. Products of two safe integers need big ones.
 */
export function isSlower(a: Rate, b: Rate): boolean {
  const [left, right] = [BigInt(a.requests) * BigInt(b.windowMs), BigInt(b.requests) * BigInt(a.windowMs)];
  return left === right ? a.windowMs < b.windowMs : left < right;
}
