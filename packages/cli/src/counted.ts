/** `1 finding`, `2 findings`: for nouns whose plural is an s. */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
