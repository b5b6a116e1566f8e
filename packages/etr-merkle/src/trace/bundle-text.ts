const NEWLINE = 0x0a;

/**
 * The lines of a bundle as bytes, without their newlines, in one pass. `ended` is whether the last line has one: in a
 * whole bundle it has.
 *
 * @param bundle text, or its UTF-8; a lone surrogate becomes what UTF-8 has for it. Anything else has no lines
 */
export function splitLines(bundle: unknown): { lines: Uint8Array[]; ended: boolean } {
  const bytes = bytesOf(bundle);
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

function bytesOf(bundle: unknown): Uint8Array {
  if (typeof bundle === 'string') return new TextEncoder().encode(bundle);
  return bundle instanceof Uint8Array ? bundle : new Uint8Array(0);
}
