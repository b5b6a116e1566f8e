/**
 * A text to search, and where each of its UTF-16 units stands in the original text: what is found in a normalised
 * or decoded text has to be redacted in the original one.
 */
export interface View {
  readonly text: string;
  /** Where the source of unit `i` begins in the original. */
  start(i: number): number;
  /** Where the source of unit `i` ends in the original, exclusive. */
  end(i: number): number;
}

/** The original itself. */
export const originalView = (text: string): View => ({ text, start: (i) => i, end: (i) => i + 1 });

/** A text that was encoded as a whole by `[start, end)` of the original: any part of it stands for all of that. */
export const runView = (text: string, start: number, end: number): View => ({
  text,
  start: () => start,
  end: () => end,
});

/** Puts a new view together out of parts of another one. */
export interface ViewBuilder {
  /** Units `from` to `to` of the source, unchanged. */
  keep(from: number, to: number): void;
  /** `text` in place of units `from` to `to` of the source. */
  put(text: string, from: number, to: number): void;
  build(): View;
}

/** @param source the view that the parts come from */
export function viewBuilder(source: View): ViewBuilder {
  const parts: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  return {
    keep(from, to) {
      if (from === to) return;
      parts.push(source.text.slice(from, to));
      for (let i = from; i < to; i++) {
        starts.push(source.start(i));
        ends.push(source.end(i));
      }
    },
    put(text, from, to) {
      parts.push(text);
      for (let i = 0; i < text.length; i++) {
        starts.push(source.start(from));
        ends.push(source.end(to - 1));
      }
    },
    build: () => ({ text: parts.join(''), start: (i) => starts[i] ?? 0, end: (i) => ends[i] ?? 0 }),
  };
}
