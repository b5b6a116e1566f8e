import { type Hash, type JsonObject, TtpError } from '@ttp/core';
import { canonicalize, hashJson } from '@ttp/crypto';
import type { Offers, Policy, Requirements } from '@ttp/spl';
import { type Conflict, type ConflictSide, sortedConflicts } from './conflict.js';
import type { PnpErrorCode } from './errors.js';
import { isKnownCapability, mergeOffers, mergeRequirements, sortedSet } from './fields.js';
import { AGREEMENT_MAX_LAYERS } from './limits.js';

/**
 * What two sides agreed on, represented and not expanded (decision D21): a request is permitted only if the policy of
 * every layer permits it, and the obligations of all of them hold. `requirements` and `offers` are what the layers say
 * together, for those who want to know before they ask.
 */
export interface Agreement {
  /** Policy hashes, sorted, each once. */
  readonly layers: readonly Hash[];
  readonly requirements: Requirements;
  readonly offers: Offers;
}

/** The meet of two agreements, or why there is none: at least one conflict. */
export type Meet =
  | { readonly agreement: Agreement; readonly conflicts?: never }
  | { readonly conflicts: readonly Conflict[]; readonly agreement?: never };

/**
 * A policy as an agreement with itself.
 *
 * @param policy from `loadPolicy` of @ttp/spl
 * @throws PNP_UNKNOWN_CAPABILITY for a capability that is in no registry: nobody could hold it, and taken for a word it
 *   would be agreed on (flaw.N4)
 */
export function agreementOf({ hash, document }: Policy): Agreement {
  const { requirements = {}, offers = {} } = document;
  refuseUnknown(requirements.requiredCapabilities, 'requirements.requiredCapabilities');
  refuseUnknown(offers.capabilities, 'offers.capabilities');
  // Met with itself, so that every list is in its one order.
  return {
    layers: [hash],
    requirements: mergeRequirements(requirements, requirements),
    offers: mergeOffers(offers, offers),
  };
}

function refuseUnknown(names: readonly string[] = [], field: string): void {
  const unknown = names.find((name) => !isKnownCapability(name));
  if (unknown !== undefined)
    throw new TtpError<PnpErrorCode>('PNP_UNKNOWN_CAPABILITY', `no capability ${JSON.stringify(unknown)}`, {
      field,
    });
}

/**
 * The meet of two agreements: commutative, associative, idempotent, and never wider than either (law.N-5). Minima are
 * raised to the higher one, offered capabilities intersected, rates lowered, compliance tags and required capabilities
 * united. A field without a meet is a conflict: two different purposes.
 *
 * @throws PNP_TOO_MANY_LAYERS
 */
export function meet(a: Agreement, b: Agreement): Meet {
  const conflicts = purposeConflict(a, b);
  if (conflicts.length > 0) return { conflicts };
  const layers = sortedSet([...a.layers, ...b.layers]);
  if (layers.length > AGREEMENT_MAX_LAYERS)
    throw new TtpError<PnpErrorCode>('PNP_TOO_MANY_LAYERS', `more than ${AGREEMENT_MAX_LAYERS} layers`, {
      field: 'layers',
    });
  return {
    agreement: {
      layers,
      requirements: mergeRequirements(a.requirements, b.requirements),
      offers: mergeOffers(a.offers, b.offers),
    },
  };
}

function purposeConflict(a: Agreement, b: Agreement): readonly Conflict[] {
  const [left, right] = [purposeOf(a), purposeOf(b)];
  if (left.value === null || right.value === null || left.value === right.value) return [];
  // Which one stands left must not depend on who asked.
  const [first, second] = sideText(left) < sideText(right) ? [left, right] : [right, left];
  return [{ code: 'PNP_PURPOSE', left: first, right: second }];
}

const purposeOf = ({ layers, requirements }: Agreement): ConflictSide => ({
  layers,
  field: 'requirements.purpose',
  value: requirements.purpose ?? null,
});

const sideText = (side: ConflictSide): string => canonicalize({ ...side });

/**
 * Where the requirements of one side find nothing in the offers of the other, both ways. A side that offers nothing
 * offers no capability; no requirement, nothing to match.
 */
export function matchOffers(a: Agreement, b: Agreement): readonly Conflict[] {
  return sortedConflicts([...unoffered(a, b), ...unoffered(b, a)]);
}

function unoffered(asking: Agreement, offering: Agreement): readonly Conflict[] {
  const offered = sortedSet(offering.offers.capabilities ?? []);
  return (asking.requirements.requiredCapabilities ?? [])
    .filter((name) => !offered.includes(name))
    .map((value) => ({
      code: 'PNP_NOT_OFFERED',
      left: { layers: asking.layers, field: 'requirements.requiredCapabilities', value },
      right: { layers: offering.layers, field: 'offers.capabilities', value: offered },
    }));
}

/** The canonical text of an agreement: what is hashed, signed and sent. */
export const agreementText = (agreement: Agreement): string => canonicalize(jsonOf(agreement));

/** The hash of an agreement. */
export const agreementHash = (agreement: Agreement): Hash => hashJson(jsonOf(agreement));

const jsonOf = ({ layers, requirements, offers }: Agreement): JsonObject => ({
  layers,
  requirements: { ...requirements },
  offers: { ...offers, ...(offers.rateLimit === undefined ? {} : { rateLimit: { ...offers.rateLimit } }) },
});
