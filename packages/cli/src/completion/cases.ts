import { optionsOf, type Verb, valueOf } from '../verb.js';

/** What may stand at a place of the command line: words of a list, or names of files. */
export interface Choice {
  readonly word: string;
  readonly says: string;
}
export type Place = readonly Choice[] | 'files';

/** The command line as a shell completes it. Keys are what stands before: `policy`, `policy lint`, `keygen --out`. */
export interface Cases {
  /** The first words of verbs, and whole verbs. */
  readonly paths: readonly string[];
  /** What follows an option: `keygen --type`. */
  readonly values: ReadonlyMap<string, Place>;
  /** What follows a path, where it is no option. */
  readonly words: ReadonlyMap<string, Place>;
  /** The options of a verb. */
  readonly options: ReadonlyMap<string, readonly Choice[]>;
}

/** Placeholders that name something on the disk. */
const ON_DISK = ['file', 'folder', 'bundle', 'did|file'];

export function casesOf(verbs: readonly Verb[], families: Readonly<Record<string, string>>): Cases {
  const words = new Map<string, Place>();
  const values = new Map<string, Place>();
  const options = new Map<string, readonly Choice[]>();
  const names = Object.keys(families);
  words.set('', topOf(verbs, families));
  for (const family of names)
    words.set(
      family,
      verbs
        .filter(({ name }) => name.startsWith(`${family} `))
        .map(({ name, summary }) => ({ word: name.slice(family.length + 1), says: summary })),
    );
  for (const verb of verbs) {
    const [argument] = verb.arguments ?? [];
    if (argument?.choices !== undefined) words.set(verb.name, named(argument.choices));
    else if (argument !== undefined && isOnDisk(argument.name.replace(/[<>[\].]/g, '')))
      words.set(verb.name, 'files');
    const flags: Choice[] = [];
    for (const option of optionsOf(verb)) {
      const value = valueOf(option);
      for (const flag of option.flags.match(/(?<![a-z-])--?[a-z][a-z-]*/g) ?? []) {
        flags.push({ word: flag, says: option.says });
        if (value === undefined) continue;
        values.set(
          `${verb.name} ${flag}`,
          option.choices === undefined ? (isOnDisk(value) ? 'files' : []) : named(option.choices),
        );
      }
    }
    options.set(verb.name, [...flags, { word: '--help', says: 'what there is to know of it' }]);
  }
  return { paths: [...names, ...verbs.map(({ name }) => name)], values, words, options };
}

const isOnDisk = (placeholder: string): boolean => ON_DISK.includes(placeholder);
const named = (words: readonly string[]): readonly Choice[] => words.map((word) => ({ word, says: '' }));

function topOf(verbs: readonly Verb[], families: Readonly<Record<string, string>>): readonly Choice[] {
  const single = verbs
    .filter(({ name }) => !name.includes(' '))
    .map(({ name, summary }) => ({ word: name, says: summary }));
  return [...Object.entries(families).map(([word, says]) => ({ word, says })), ...single];
}
