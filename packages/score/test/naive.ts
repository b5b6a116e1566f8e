import { type AttestationFact, ISSUER_TIER_WEIGHTS_CENTI } from '@ttp/score';

/**
 * The posterior of decision D23 in the simplest way that can be read beside its text: floating point, and the cap
 * found by cutting again and again until nothing is above a fifth. Good to a basis point, which is what it is
 * compared to.
 */
export function naivePosterior(attestations: readonly AttestationFact[]): number {
  const issuers = new Set(attestations.filter((a) => weight(a) > 0).map((a) => a.issuer));
  const latest: AttestationFact[] = [];
  for (const issuer of issuers) {
    const own = attestations.filter((a) => a.issuer === issuer && weight(a) > 0);
    const newest = Math.max(...own.map((a) => a.at));
    const [worst] = own
      .filter((a) => a.at === newest)
      .sort((a, b) => a.rating - b.rating || weight(a) - weight(b) || (a.cluster < b.cluster ? -1 : 1));
    if (worst !== undefined) latest.push(worst);
  }

  const clusters = [...new Set(latest.map((a) => a.cluster))].map((cluster) =>
    latest.filter((a) => a.cluster === cluster && a.tier !== 'provisional'),
  );
  const claimed = clusters.map((members) => sum(members.map(weight)));
  let capped = claimed;
  for (let round = 0; round < 300; round++) {
    const cap = (5 + sum(capped)) / 5;
    capped = claimed.map((w) => Math.min(w, cap));
  }
  const main = 5 + sum(capped);
  const signed = clusters.map((members, i) => {
    const share = (claimed[i] ?? 0) === 0 ? 0 : (capped[i] ?? 0) / (claimed[i] ?? 1);
    return share * sum(members.map((a) => weight(a) * (a.rating - 3)));
  });

  const provisional = latest.filter((a) => a.tier === 'provisional');
  const heard = Math.min(provisional.length * 0.1, main / 70);
  const mean = provisional.length === 0 ? 0 : sum(provisional.map((a) => a.rating - 3)) / provisional.length;
  return (10_000 * (sum(signed) + heard * mean)) / (2 * (main + heard));
}

const weight = (fact: AttestationFact): number => ISSUER_TIER_WEIGHTS_CENTI[fact.tier] / 100;
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
