import type { Reason } from '@ttp/core';
import type { Facts } from './facts.js';
import { reason } from './reasons.js';

/** Why facts do not count. A source that nobody asked is named only where a factor needs it. */
export function shortcomings(facts: Facts, needed: readonly string[]): readonly Reason[] {
  return Object.entries(facts).flatMap(
    ([name, { state, code }]: [string, { state: string; code?: string }]) => {
      switch (state) {
        case 'stale':
          return [reason('TRE_FACT_STALE', `${name} is stale`)];
        case 'malformed':
          return [reason('TRE_FACT_MALFORMED', `${name} is malformed`)];
        case 'failed':
          return [reason('TRE_FACT_MISSING', `${name} failed with ${code}`)];
        case 'silent':
          return needed.includes(name) ? [reason('TRE_FACT_MISSING', `nobody was asked for ${name}`)] : [];
        default:
          return [];
      }
    },
  );
}
