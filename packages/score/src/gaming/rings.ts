/**
 * The ring of each account: accounts that reach one another along good ratings, by the number of their smallest member,
 * which are so few that it is no market but a circle. Tarjan's algorithm without recursion, linear in the edges: a ring
 * of a hundred thousand must not end the stack.
 *
 * @param next for each account whom it rates well
 * @param most how many accounts are still a ring
 * @returns for each account its ring, or -1
 */
export function ringsOf(next: readonly (readonly number[])[], most: number): readonly number[] {
  const count = next.length;
  const index = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const edge = new Int32Array(count);
  const onStack = new Uint8Array(count);
  const ring: number[] = Array.from({ length: count }, () => -1);
  const stack: number[] = [];
  const path: number[] = [];
  let visited = 0;

  const enter = (v: number): void => {
    index[v] = low[v] = visited++;
    stack.push(v);
    onStack[v] = 1;
    path.push(v);
  };

  const leave = (v: number): void => {
    path.pop();
    const parent = path.at(-1);
    if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[v] ?? 0);
    if (low[v] !== index[v]) return;
    const members = stack.splice(stack.lastIndexOf(v));
    for (const member of members) onStack[member] = 0;
    if (members.length < 2 || members.length > most) return;
    const name = members.reduce((least, member) => Math.min(least, member));
    for (const member of members) ring[member] = name;
  };

  for (let start = 0; start < count; start++) {
    if (index[start] !== -1) continue;
    enter(start);
    for (let v = path.at(-1); v !== undefined; v = path.at(-1)) {
      const w = next[v]?.[edge[v] ?? 0];
      if (w === undefined) {
        leave(v);
        continue;
      }
      edge[v] = (edge[v] ?? 0) + 1;
      if (index[w] === -1) enter(w);
      else if (onStack[w] === 1) low[v] = Math.min(low[v] ?? 0, index[w] ?? 0);
    }
  }
  return ring;
}
