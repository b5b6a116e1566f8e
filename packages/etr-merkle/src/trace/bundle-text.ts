import { joinBytes } from '@ttp/crypto';

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

/** Lines out of pieces of bytes. */
export class LineSplitter {
  /** Of the line that has not ended yet. */
  #pieces: Uint8Array[] = [];

  /** The lines that end in this piece, without their newlines. */
  *add(piece: Uint8Array): Generator<Uint8Array> {
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      yield this.#line(piece.subarray(start, end));
      start = end + 1;
    }
    // A copy: whoever reads may use the same memory for the next piece.
    if (start < piece.length) this.#pieces.push(piece.slice(start));
  }

  /** What stands after the last newline; undefined where nothing does. */
  end(): Uint8Array | undefined {
    return this.#pieces.length === 0 ? undefined : this.#line(new Uint8Array(0));
  }

  #line(last: Uint8Array): Uint8Array {
    if (this.#pieces.length === 0) return last;
    const line = joinBytes([...this.#pieces, last]);
    this.#pieces = [];
    return line;
  }
}

function bytesOf(bundle: unknown): Uint8Array {
  if (typeof bundle === 'string') return new TextEncoder().encode(bundle);
  return bundle instanceof Uint8Array ? bundle : new Uint8Array(0);
}
