/** A text without wildcard, to be found in linear time: Knuth, Morris and Pratt's table beside it. */
interface Piece {
  readonly text: string;
  /** For each prefix, the length of its longest border. */
  readonly borders: readonly number[];
}

/**
 * A matcher for one segment, in which `*` stands for any characters, also none. It takes time linear in the
 * segment on every input: the obvious backtracking, or a regular expression, does not (flaw.P5).
 */
export function segmentMatcher(pattern: string): (segment: string) => boolean {
  const texts = pattern.split('*');
  const first = texts[0] ?? '';
  const last = texts[texts.length - 1] ?? '';
  const middle = texts
    .slice(1, -1)
    .filter((text) => text !== '')
    .map(piece);
  return (segment) => {
    if (segment.length < first.length + last.length) return false;
    if (!segment.startsWith(first) || !segment.endsWith(last)) return false;
    // Leftmost is always right: an earlier end leaves more for the pieces that follow.
    let at = first.length;
    const end = segment.length - last.length;
    for (const part of middle) {
      at = endOf(part, segment, at, end);
      if (at < 0) return false;
    }
    return true;
  };
}

function piece(text: string): Piece {
  const borders = [0];
  for (let i = 1, length = 0; i < text.length; i++) {
    while (length > 0 && text[i] !== text[length]) length = borders[length - 1] ?? 0;
    if (text[i] === text[length]) length++;
    borders.push(length);
  }
  return { text, borders };
}

/** Where the leftmost occurrence of the piece in `[from, to)` ends; -1 for none. */
function endOf({ text, borders }: Piece, segment: string, from: number, to: number): number {
  let length = 0;
  for (let i = from; i < to; i++) {
    while (length > 0 && segment[i] !== text[length]) length = borders[length - 1] ?? 0;
    if (segment[i] === text[length]) length++;
    if (length === text.length) return i + 1;
  }
  return -1;
}
