import { windowOf } from '../attributes.js';
import type { CompiledCondition, CompiledRule } from '../compile.js';

/** Whether a rule permits, with or without conditions. */
export const isPermit = ({ effect }: CompiledRule): boolean => effect !== 'deny';

/** The condition of a rule on an attribute. */
export const conditionOn = ({ conditions }: CompiledRule, attribute: string): CompiledCondition | undefined =>
  conditions.find(({ source }) => source.attribute === attribute);

/** Whether a rule looks at a window: what it adds up, or how many calls there are where `adds` is undefined. */
export const isLimited = ({ conditions }: CompiledRule, adds: string | undefined): boolean =>
  conditions.some(({ source }) => {
    const sums = windowOf(source.attribute);
    return sums !== undefined && sums.adds === adds;
  });

/** Whether a rule is about data of a class above internal. */
export function isSensitive(rule: CompiledRule): boolean {
  const tests = conditionOn(rule, 'dataClassification')?.source.tests ?? [];
  return tests.some(
    ({ op, operand }) =>
      (op === 'eq' || op === 'in') &&
      [operand].flat().some((value) => value !== 'public' && value !== 'internal'),
  );
}

/** Whether two rules can speak about the same action. */
export const shareAction = (a: CompiledRule, b: CompiledRule): boolean =>
  a.actions === undefined ||
  b.actions === undefined ||
  a.actions.some((action) => b.actions?.includes(action));
