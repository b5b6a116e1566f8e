const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The path of a member: `rules[3].effect`, `conditions["request.amount"].gt`. */
export function at(path: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  const name = String(key);
  if (!PLAIN.test(name))
    return `${path}[${JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name)}]`;
  return path === '' ? name : `${path}.${name}`;
}
