/** Counts how often each kind of fault was really exercised: a simulation whose faults never strike proves nothing. */
export interface FaultCounter<Kind extends string> {
  /** Counts `times` faults, 1 when left out. */
  hit(kind: Kind, times?: number): void;
  count(kind: Kind): number;
  /** The kinds that never struck; a suite of runs that shares a counter expects none. */
  missing(): Kind[];
}

/** A {@link FaultCounter} of these kinds, all at 0. Share one over many runs and look at `missing()` in the end. */
export function faultCounter<Kind extends string>(kinds: readonly Kind[]): FaultCounter<Kind> {
  const counts = new Map<Kind, number>();
  const count = (kind: Kind): number => counts.get(kind) ?? 0;
  return {
    hit: (kind, times = 1) => void counts.set(kind, count(kind) + times),
    count,
    missing: () => kinds.filter((kind) => count(kind) === 0),
  };
}
