/**
 * The naive model of `explore`: every order of the tasks' turns, kept where it leaves an unfinished task at most
 * `preemptions` times. Sorted, each as the digits of the tasks.
 */
export function interleavings(turns: readonly number[], preemptions: number): string[] {
  return orders(turns)
    .filter((order) => leavings(order, turns) <= preemptions)
    .sort();
}

function orders(turns: readonly number[]): string[] {
  if (turns.every((n) => n === 0)) return [''];
  return turns.flatMap((n, task) =>
    n === 0 ? [] : orders(turns.map((m, i) => (i === task ? m - 1 : m))).map((rest) => task + rest),
  );
}

function leavings(order: string, turns: readonly number[]): number {
  const tasks = Array.from(order, Number);
  return tasks.filter((task, i) => {
    const next = tasks[i + 1];
    const done = tasks.slice(0, i + 1).filter((t) => t === task).length;
    return next !== undefined && next !== task && done < (turns[task] ?? 0);
  }).length;
}
