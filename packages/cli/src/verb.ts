import type { Ending } from './answer.js';
import type { ExitCode } from './exit-codes.js';
import type { Io } from './io.js';

/** An argument of a verb: `<file>`, `[id]`, `<words...>`. A `<file>` or `<folder>` is completed from the disk. */
export interface VerbArgument {
  readonly name: string;
  readonly says: string;
  readonly choices?: readonly string[];
}

/** An option of a verb. A value `<file>` or `<folder>` is completed from the disk, `choices` from their list. */
export interface VerbOption {
  /** As it is written: `-o, --out <file>`. */
  readonly flags: string;
  readonly says: string;
  readonly required?: true;
  readonly repeatable?: true;
  readonly choices?: readonly string[];
  readonly default?: string | number;
  /** Reads the value; throws commander's InvalidArgumentError for one that is none. */
  readonly parse?: (text: string) => unknown;
}

/** A command line that does something, and what. */
export interface VerbExample {
  readonly line: string;
  readonly says: string;
}

/** One call of a verb: what was asked. `options` has the members that the flags name. */
export interface Call<Options extends object = object> {
  readonly options: Options;
  readonly args: readonly string[];
  readonly io: Io;
  /** Whether the answer will be printed as JSON. */
  readonly json: boolean;
}

/** The module that does what a verb says. */
export interface Runner {
  run(call: Call): Promise<Ending>;
}

/**
 * What there is to know of a verb without running it: help, completion and the README are made from it. `load` imports
 * what does the work, so that no command line waits for the packages of another one.
 */
export interface Verb {
  /** The words after `ttp`: `trace export`. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Further paragraphs, already broken into lines of at most 120 characters. */
  readonly description?: string;
  readonly arguments?: readonly VerbArgument[];
  readonly options?: readonly VerbOption[];
  /** What an exit code means here, where that is more than it means everywhere. */
  readonly exits?: Readonly<Partial<Record<ExitCode, string>>>;
  /** At least one. */
  readonly examples: readonly VerbExample[];
  /** Standard output belongs to a protocol: whatever the verb says of itself goes to standard error. */
  readonly isProtocol?: true;
  readonly load: () => Promise<Runner>;
}

/** Verbs under one heading of the help. */
export interface VerbGroup {
  readonly heading: string;
  readonly verbs: readonly Verb[];
}

/** The placeholder of a flag's value, without its brackets; undefined for a switch. */
export const valueOf = ({ flags }: Pick<VerbOption, 'flags'>): string | undefined =>
  /<([^>]+)>/.exec(flags)?.[1];

const FORMATS: readonly VerbOption[] = [
  { flags: '--json', says: 'answer with one JSON document, as it does where no terminal listens' },
  { flags: '--text', says: 'answer with text for people, wherever it goes' },
];
const PROTOCOL_FORMATS: readonly VerbOption[] = [
  { flags: '--json', says: 'errors as JSON, on standard error' },
];

/** The options of a verb, with those that all of them have. */
export const optionsOf = ({ options = [], isProtocol }: Verb): readonly VerbOption[] => [
  ...options,
  ...(isProtocol === true ? PROTOCOL_FORMATS : FORMATS),
];
