/** A word between single quotes: all that a shell leaves alone. */
export const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
