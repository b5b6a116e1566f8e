/** The longest time, in ms, in which the event loop could do nothing else while the work ran. */
export async function longestHold(run: () => unknown): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let ticking = true;
  const tick = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (ticking) setImmediate(tick);
  };
  setImmediate(tick);
  await new Promise((resolve) => setImmediate(resolve));
  longest = 0;
  await run();
  await new Promise((resolve) => setImmediate(resolve));
  ticking = false;
  return longest;
}
