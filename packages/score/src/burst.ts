import { BURST_MAX, HOUR_MS } from './limits.js';

/**
 * Admits what comes in order of time, but for what follows ten of one key within an hour (isnad-architecture.txt L189,
 * decisions.md, table of numbers). What was not admitted counts for nothing here either.
 */
export function hourlyLimit(): (key: string | number, at: number) => boolean {
  const admitted = new Map<string | number, readonly number[]>();
  return (key, at) => {
    const recent = (admitted.get(key) ?? []).filter((time) => at - time < HOUR_MS);
    const fits = recent.length < BURST_MAX;
    admitted.set(key, fits ? [...recent, at] : recent);
    return fits;
  };
}
