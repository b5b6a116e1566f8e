import { CAPABILITIES, HANDLER_ORDER, type Json, type ObligationHandler } from '@ttp/core';

/**
 * Fulfils `capability` obligations `{ needs, held }`: refuses with GUARD_CAPABILITY_MISSING a call that needs what its
 * agent does not hold. A capability that is in no registry is never held, whoever says so (flaw.P18).
 */
export const capabilityHandler = (): ObligationHandler => ({
  kind: 'capability',
  order: HANDLER_ORDER.capability,
  check({ params: { needs, held, ...rest } }) {
    if (!isTexts(needs) || !isTexts(held) || Object.keys(rest).length > 0) return 'GUARD_OBLIGATION_INVALID';
    const isHeld = (word: string): boolean =>
      held.includes(word) && CAPABILITIES.some((known) => known === word);
    return needs.every(isHeld) ? undefined : 'GUARD_CAPABILITY_MISSING';
  },
});

const isTexts = (value: Json | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((member) => typeof member === 'string');
