/**
 * Several calls rely on one listing, as long as it began after each of them was made: one that was under way already
 * may have been answered before. So however many calls wait, two listings are what they need.
 */
export function sharedListing<T>(list: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | undefined;
  let next: Promise<T> | undefined;

  function start(): Promise<T> {
    next = undefined;
    const listing = list();
    const over = (): void => {
      if (running === settled) running = undefined;
    };
    const settled = listing.then(over, over);
    running = settled;
    return listing;
  }

  return () => (running === undefined ? start() : (next ??= running.then(start)));
}
