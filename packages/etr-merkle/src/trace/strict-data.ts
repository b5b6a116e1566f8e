/**
 * Whether data that has a canonical form can be read back from it as strict JSON: not nested deeper than `levels`,
 * and no whole number that a reader would refuse as rounded. Otherwise an entry could be written that makes its log
 * unreadable.
 */
export function isStrictData(value: unknown, levels: number): boolean {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => isStrictData(member, levels - 1));
}
