/** A path as people and errors write it: `rules[3].effect`; the empty path is the whole value. */
export function fieldOf(path: readonly (string | number)[]): string {
  let field = '';
  for (const step of path) field += typeof step === 'number' ? `[${step}]` : field === '' ? step : `.${step}`;
  return field;
}
