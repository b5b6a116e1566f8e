import {
  asDid,
  asTerm,
  CAPABILITIES,
  type Capability,
  type Did,
  type Json,
  type JsonObject,
  TtpError,
} from '@ttp/core';
import { asMoney, type Money } from '../budget/money.js';
import { DELEGATION_MAX_LINKS, DELEGATION_MAX_RESOURCES, DELEGATION_RESOURCE_MAX_UNITS } from '../limits.js';

/** What may be done by leave of somebody else. */
export interface DelegationScope {
  /** In the order of the registry. */
  readonly capabilities: readonly Capability[];
  /** Patterns of resources, as policies write them (decision D15). */
  readonly resources: readonly string[];
  /** In all, by everybody who acts under it; undefined only above the first link, where nothing bounds it. */
  readonly budget: Money | undefined;
  /** How many more links may follow: 0 to DELEGATION_MAX_LINKS - 1. */
  readonly depth: number;
  /** Wall clock, ms: nothing may be done any more from then on. */
  readonly notAfter: number;
}

/** Leave that one agent gives another: the body of `ttp/delegation@1`. */
export interface Delegation extends DelegationScope {
  readonly subject: Did;
  readonly budget: Money;
}

/** Whether every resource that `inner` matches is provably matched by `outer`: `coversPattern` of @ttp/spl. */
export type Covers = (outer: string, inner: string) => boolean;

/** Reads the body of a delegation, strictly. Throws GUARD_DELEGATION_INVALID, GUARD_BUDGET_MONEY, CORE_BAD_DID, CORE_UNKNOWN_TERM. */
export function parseDelegation(body: JsonObject): Delegation {
  const { subject, capabilities, resources, budget, depth, notAfter, ...rest } = body;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw invalid(unknown);
  // An inception and nothing else: a name or a key could come to be somebody else's, or be shed (decision D4).
  if (typeof subject !== 'string' || !subject.startsWith('did:ttp:')) throw invalid('subject');
  if (!isCount(depth, DELEGATION_MAX_LINKS - 1)) throw invalid('depth');
  if (!isCount(notAfter, Number.MAX_SAFE_INTEGER)) throw invalid('notAfter');
  return {
    subject: asDid(subject),
    capabilities: capabilitiesAt(capabilities),
    resources: resourcesAt(resources),
    budget: asMoney(budget, 'body.budget'),
    depth,
    notAfter,
  };
}

function capabilitiesAt(list: Json | undefined): readonly Capability[] {
  if (!Array.isArray(list) || list.length > CAPABILITIES.length) throw invalid('capabilities');
  // A capability that is in no registry is never granted, whoever signs it (flaw.P18).
  const words = list.map((word: Json) => {
    if (typeof word !== 'string') throw invalid('capabilities');
    return asTerm(CAPABILITIES, word, 'body.capabilities');
  });
  if (new Set(words).size !== words.length) throw invalid('capabilities');
  return CAPABILITIES.filter((known) => words.includes(known));
}

function resourcesAt(list: Json | undefined): readonly string[] {
  if (!Array.isArray(list) || list.length > DELEGATION_MAX_RESOURCES) throw invalid('resources');
  return list.map((pattern: Json) => {
    if (typeof pattern !== 'string' || pattern.length > DELEGATION_RESOURCE_MAX_UNITS)
      throw invalid('resources');
    return pattern;
  });
}

/**
 * What of the lower scope the one above it allows: nothing that one of the two does not.
 *
 * @param above of the link before, whose depth the one below it has to be under
 */
export function meetOf(above: DelegationScope, below: DelegationScope, covers: Covers): DelegationScope {
  return {
    capabilities: below.capabilities.filter((capability) => above.capabilities.includes(capability)),
    resources: below.resources.filter((inner) => above.resources.some((outer) => covers(outer, inner))),
    budget: lower(above.budget, below.budget),
    depth: Math.min(above.depth - 1, below.depth),
    notAfter: Math.min(above.notAfter, below.notAfter),
  };
}

/** The smaller amount; nothing where two currencies cannot be compared. */
function lower(above: Money | undefined, below: Money | undefined): Money | undefined {
  if (above === undefined || below === undefined) return above ?? below;
  const micros = above.currency === below.currency ? Math.min(above.micros, below.micros) : 0;
  return { currency: below.currency, micros };
}

/**
 * Throws GUARD_DELEGATION_WIDENS with the first member in which a link allows more than the one before it: one that
 * only narrows is its own meet with that.
 *
 * @param field path of the link, for the error
 * @throws what `covers` throws for what is no pattern
 */
export function requireNarrower(
  above: DelegationScope,
  below: DelegationScope,
  { covers, field }: { readonly covers: Covers; readonly field: string },
): void {
  const meet = meetOf(above, below, covers);
  const differs = (
    [
      ['capabilities', meet.capabilities.length !== below.capabilities.length],
      ['resources', meet.resources.length !== below.resources.length],
      ['budget', meet.budget?.micros !== below.budget?.micros],
      ['depth', meet.depth !== below.depth],
      ['notAfter', meet.notAfter !== below.notAfter],
    ] as const
  ).find(([, isWider]) => isWider);
  if (differs !== undefined)
    throw new TtpError('GUARD_DELEGATION_WIDENS', `it allows more ${differs[0]} than the one before it`, {
      field: `${field}.body.${differs[0]}`,
    });
}

const isCount = (value: Json | undefined, most: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most;

const invalid = (member: string): TtpError =>
  new TtpError('GUARD_DELEGATION_INVALID', `the body of the delegation has a wrong ${member}`, {
    field: `body.${member}`,
  });
