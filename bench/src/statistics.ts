const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** The value below which the share `q` of all values lies (nearest rank); NaN for none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = ascending(values);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
export const least = (values: readonly number[]): number => quantile(values, 0);
