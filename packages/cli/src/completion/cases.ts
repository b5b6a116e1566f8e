import { optionsOf, type Verb, valueOf } from '../verb.js';

/** A word that may stand at a place of the command line. */
export interface Choice {
  readonly word: string;
  readonly says: string;
}

/** What may stand at a place of the command line: words of a list, names of files, or both. */
export interface Place {
  readonly choices: readonly Choice[];
  readonly files: boolean;
}

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
const ON_DISK = ['file', 'folder', 'bundle', 'vectors', 'did|file'];

/** How the verbs are completed. */
export function casesOf(verbs: readonly Verb[], families: Readonly<Record<string, string>>): Cases {
  const words = new Map<string, Place>([['', { choices: topOf(verbs, families), files: false }]]);
  const values = new Map<string, Place>();
  const options = new Map<string, readonly Choice[]>();
  for (const family of Object.keys(families))
    words.set(family, { choices: below(family, verbs), files: false });
  for (const verb of verbs) {
    const [argument] = verb.arguments ?? [];
    const choices = [...below(verb.name, verbs), ...named(argument?.choices)];
    const files = argument !== undefined && isOnDisk(argument.name);
    if (files || choices.length > 0) words.set(verb.name, { choices, files });
    const flags: Choice[] = [];
    for (const { flags: written, says, choices: list } of optionsOf(verb)) {
      const value = valueOf({ flags: written });
      for (const flag of written.match(/(?<![a-z-])--?[a-z][a-z-]*/g) ?? []) {
        flags.push({ word: flag, says });
        if (value !== undefined)
          values.set(`${verb.name} ${flag}`, { choices: named(list), files: isOnDisk(value) });
      }
    }
    options.set(verb.name, [...flags, { word: '--help', says: 'what there is to know of it' }]);
  }
  return { paths: [...Object.keys(families), ...verbs.map(({ name }) => name)], values, words, options };
}

const isOnDisk = (placeholder: string): boolean => ON_DISK.includes(placeholder.replaceAll(/[<>[\].]/g, ''));

const named = (words: readonly string[] = []): readonly Choice[] => words.map((word) => ({ word, says: '' }));

/** The verbs one word further. */
const below = (path: string, verbs: readonly Verb[]): readonly Choice[] =>
  verbs
    .filter(({ name }) => name.startsWith(`${path} `))
    .map(({ name, summary }) => ({ word: name.slice(path.length + 1), says: summary }));

function topOf(verbs: readonly Verb[], families: Readonly<Record<string, string>>): readonly Choice[] {
  const single = verbs
    .filter(({ name }) => !name.includes(' '))
    .map(({ name, summary }) => ({ word: name, says: summary }));
  return [...Object.entries(families).map(([word, says]) => ({ word, says })), ...single];
}
