import type { Json } from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
import type { Offers, Policy, Requirements } from '@ttp/spl';
import { type Agreement, agreementOf, matchOffers, meet } from './agreement.js';
import { type Conflict, type ConflictSide, sortedConflicts } from './conflict.js';
import { isSlower, mergeRequirements, sortedSet } from './fields.js';

/** What a side insists on, whatever the policies on the table say (flaw.N4). */
export interface Floor {
  /** The agreement requires at least this. */
  readonly requirements?: Requirements;
  /** The agreement offers at least this. */
  readonly offers?: Offers;
}

/** Where an agreement stays below a floor. The floor itself is not told: it would be where the next offer begins. */
export function belowFloor(agreement: Agreement, floor: Floor): readonly Conflict[] {
  const { requirements, offers, layers } = agreement;
  // Whoever meets the agreement has to meet the floor: then the floor adds nothing to it.
  const raised: Readonly<Record<string, Json>> = {
    ...mergeRequirements(requirements, floor.requirements ?? {}),
  };
  const agreed: Readonly<Record<string, Json>> = { ...requirements };
  const sides: ConflictSide[] = [];
  for (const [name, wanted] of Object.entries<Json>({ ...floor.requirements })) {
    if (asksNothing(wanted)) continue;
    const value = agreed[name] ?? null;
    // Purposes do not add up: the agreement has the one of the floor, or another.
    const needed = name === 'purpose' ? wanted : (raised[name] ?? null);
    if (canonicalize(value) !== canonicalize(needed))
      sides.push({ layers, field: `requirements.${name}`, value });
  }
  const offered = sortedSet(offers.capabilities ?? []);
  if (floor.offers?.capabilities?.some((name) => !offered.includes(name)) === true)
    sides.push({ layers, field: 'offers.capabilities', value: offered });
  const [rate, least] = [offers.rateLimit, floor.offers?.rateLimit];
  if (rate !== undefined && least !== undefined && isSlower(rate, least))
    sides.push({ layers, field: 'offers.rateLimit', value: { ...rate } });
  return sides.map((left) => ({
    code: 'PNP_BELOW_FLOOR',
    left,
    right: { layers: [], field: `floor.${left.field}`, value: null },
  }));
}

/** What two policies come to, and everything that keeps them apart; an agreement without conflicts can be accepted. */
export function weigh(
  own: Policy,
  theirs: Policy,
  floor: Floor = {},
): { readonly agreement?: Agreement; readonly conflicts: readonly Conflict[] } {
  const [a, b] = [agreementOf(own), agreementOf(theirs)];
  const { agreement, conflicts = [] } = meet(a, b);
  if (agreement === undefined) return { conflicts: sortedConflicts([...conflicts, ...matchOffers(a, b)]) };
  return { agreement, conflicts: sortedConflicts([...matchOffers(a, b), ...belowFloor(agreement, floor)]) };
}

/** A floor that everything stands on. */
const asksNothing = (wanted: Json): boolean =>
  wanted === false || wanted === 0 || (Array.isArray(wanted) && wanted.length === 0);
