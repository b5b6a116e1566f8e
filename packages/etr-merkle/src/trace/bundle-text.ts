const NEWLINE = 0x0a;

/**
 * The lines of a bundle as bytes, without their newlines, in one pass. `ended` is whether the last line has one: in a
 * whole bundle it has.
 *
 * @param bundle text, or its UTF-8; a lone surrogate becomes what UTF-8 has for it and fails the line's hash
 */
export function splitLines(bundle: string | Uint8Array): { lines: Uint8Array[]; ended: boolean } {
  const bytes = typeof bundle === 'string' ? new TextEncoder().encode(bundle) : bundle;
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  const ended = start === bytes.length;
  if (!ended) lines.push(bytes.subarray(start));
  return { lines, ended };
}
