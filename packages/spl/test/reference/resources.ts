/* Resources and patterns as section 3 of docs/spec/spl.md reads: a part of the reference evaluator. */

type Parts = { readonly scheme: string; readonly segments: readonly string[] };

const UTF_8 = new TextEncoder();
const ESCAPES = /%([01][0-9a-f]|25|2[d-f]|3[0-9a]|4[1-9a-f]|5[0-9a]|5c|5f|6[1-9a-f]|7[0-9a]|7e|7f|c0|c1)/i;

/** The normal form; undefined where it is refused. */
export function partsOf(resource: string): Parts | undefined {
  if (UTF_8.encode(resource).length > 2048 || /[\p{Cc}\p{Cs}\\]/u.test(resource)) return undefined;
  if (resource.normalize('NFC') !== resource || ESCAPES.test(resource)) return undefined;
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*(?=:)/.exec(resource)?.[0];
  const rest = scheme === undefined ? resource.replace(/^\//, '') : resource.slice(scheme.length + 1);
  if (scheme === undefined && /^[A-Za-z][A-Za-z0-9+.-]*:/.test(rest)) return undefined;
  const path = scheme === undefined ? rest : rest.replace(/^\/\/?/, '');
  const segments = path.split('/');
  if (segments.some((segment) => ['', '.', '..'].includes(segment))) return undefined;
  return { scheme: (scheme ?? '').toLowerCase(), segments };
}

/** Whether a pattern covers a resource that is not refused. */
export function covers(pattern: string, { scheme, segments }: Parts): boolean {
  if (pattern === '*' || pattern === '**') return true;
  const wanted = partsOf(pattern);
  if (wanted === undefined || wanted.scheme !== scheme) return false;
  const last = wanted.segments[wanted.segments.length - 1] ?? '';
  const tail = last !== '**' && last.endsWith('*') ? ['**'] : [];
  return segmentsMatch([...wanted.segments, ...tail], segments);
}

function segmentsMatch(pattern: readonly string[], segments: readonly string[]): boolean {
  const [head, ...tail] = pattern;
  const [first, ...rest] = segments;
  if (head === undefined) return first === undefined;
  if (head === '**')
    return segmentsMatch(tail, segments) || (first !== undefined && segmentsMatch(pattern, rest));
  if (first === undefined) return false;
  const isLike = head.includes('*') ? glob(head).test(first) : head === first;
  return (isLike || (head === '+' && rest.length === 0)) && segmentsMatch(tail, rest);
}

const glob = (segment: string): RegExp =>
  new RegExp(`^${segment.replace(/[.+?^$()|[\]{}\\]/g, '\\$&').replace(/\*/g, '.*')}$`, 'su');
