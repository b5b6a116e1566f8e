import type { CompiledRule } from './compile.js';
import type { Facts, Slot } from './facts.js';
import { isOrdered } from './operators.js';
import type { PolicyReason } from './reasons.js';

/** Fewer rules are as quick one by one. */
const SCREEN_MIN_RULES = 8;

/**
 * The first conditions of many rules as columns, where they compare with a number. Each rule by itself is a handful of
 * objects in different places of memory, and to fetch them takes longer than the comparison.
 */
export class Screen {
  /** For each rule why it counts for nothing, if its first condition is false. */
  readonly reasons: readonly PolicyReason[];
  readonly #slots: readonly (Slot | undefined)[];
  readonly #orders: Uint8Array;
  readonly #bounds: Float64Array;

  constructor(rules: readonly CompiledRule[]) {
    const thresholds = rules.map(({ conditions: [first] }) => first?.threshold);
    this.reasons = rules.map(({ conditions: [first], applies }) => first?.ifFalse ?? applies);
    this.#slots = thresholds.map((threshold) => threshold?.slot);
    this.#orders = Uint8Array.from(thresholds, (threshold) => threshold?.order ?? 0);
    this.#bounds = Float64Array.from(thresholds, (threshold) => threshold?.bound ?? 0);
  }

  /** A screen, where one is worth its while. */
  static of(rules: readonly CompiledRule[]): Screen | undefined {
    return rules.length < SCREEN_MIN_RULES ? undefined : new Screen(rules);
  }

  /** The positions of the rules whose first condition is not a comparison, or is one that is not false. */
  rest(facts: Facts): readonly number[] {
    const slots = this.#slots;
    const orders = this.#orders;
    const bounds = this.#bounds;
    const rest: number[] = [];
    let last: Slot | undefined;
    // No number is ordered with NaN, but what is unknown is not false.
    let value = Number.NaN;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      if (slot !== undefined && slot !== last) {
        last = slot;
        const found = facts.value(slot);
        value = typeof found === 'number' && Number.isFinite(found) ? found : Number.NaN;
      }
      if (slot === undefined || Number.isNaN(value) || isOrdered(orders[i] ?? 0, value, bounds[i] ?? 0))
        rest.push(i);
    }
    return rest;
  }
}
