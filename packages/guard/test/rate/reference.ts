/** The rule itself, as slowly as it reads: every request that was granted, and when. */
export interface NaiveWindow {
  take(units: number, now: number): boolean;
  giveBack(units: number, at: number): void;
}

/** `requests` in any span of `windowMs`; time never goes back. */
export function naiveWindow(requests: number, windowMs: number): NaiveWindow {
  const granted: number[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  return {
    take(units, now) {
      latest = Math.max(latest, now);
      const counted = granted.filter((at) => at > latest - windowMs).length;
      if (counted + units > requests) return false;
      for (let i = 0; i < units; i++) granted.push(latest);
      return true;
    },
    giveBack(units, at) {
      for (let i = 0; i < units; i++) {
        const found = granted.lastIndexOf(at);
        if (found >= 0) granted.splice(found, 1);
      }
    },
  };
}

/** A bucket in whole fractions of a token, by bigint, one millisecond after the other. */
export function naiveBucket(rate: { capacity: number; refill: number; perMs: number }): NaiveWindow {
  const most = BigInt(rate.capacity) * BigInt(rate.perMs);
  let credits = most;
  let latest: number | undefined;
  const fill = (now: number): void => {
    for (latest ??= now; latest < now; latest++)
      credits = credits + BigInt(rate.refill) > most ? most : credits + BigInt(rate.refill);
  };
  return {
    take(units, now) {
      fill(now);
      const cost = BigInt(units) * BigInt(rate.perMs);
      if (cost > credits) return false;
      credits -= cost;
      return true;
    },
    giveBack(units) {
      const back = credits + BigInt(units) * BigInt(rate.perMs);
      credits = back > most ? most : back;
    },
  };
}
