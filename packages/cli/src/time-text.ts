/** A time for people: UTC, to the second. Times that no calendar has are shown as numbers. */
export const timeText = (ms: number): string =>
  Math.abs(ms) <= 8.64e15 ? `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z` : `${ms}`;
