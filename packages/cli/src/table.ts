/** Columns of a table are so far apart. */
const GAP = '  ';
/** Nothing is cut to fewer characters than this: a narrow terminal breaks the line instead. */
const COLUMN_MIN = 8;

/**
 * Rows in columns, under a head. Where the terminal is narrower than the table, the widest cells are cut, so that each
 * row stays one line. Cells are written as they are: whoever makes them writes out what a stranger wrote (`visible`).
 *
 * @param head the names of the columns
 * @param width columns of the terminal
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const natural = head.map((name, i) =>
    Math.max(...[name, ...rows.map((row) => row[i] ?? '')].map(lengthOf)),
  );
  const widths = narrowed(natural, width - GAP.length * (head.length - 1));
  const line = (cells: readonly string[]): string =>
    widths
      .map((columns, i) => pad(cut(cells[i] ?? '', columns), columns))
      .join(GAP)
      .trimEnd();
  return [head.map((name) => name.toUpperCase()), ...rows].map(line).join('\n');
}

/** Takes one character from the widest column until all of them fit. */
function narrowed(widths: readonly number[], room: number): readonly number[] {
  const result = [...widths];
  let surplus = result.reduce((sum, one) => sum + one, 0) - room;
  while (surplus > 0) {
    const widest = Math.max(...result);
    if (widest <= COLUMN_MIN) break;
    result[result.indexOf(widest)] = widest - 1;
    surplus--;
  }
  return result;
}

const lengthOf = (text: string): number => Array.from(text).length;
const pad = (text: string, columns: number): string => text + ' '.repeat(columns - lengthOf(text));

function cut(text: string, columns: number): string {
  const characters = Array.from(text);
  return characters.length <= columns ? text : `${characters.slice(0, columns - 1).join('')}…`;
}
