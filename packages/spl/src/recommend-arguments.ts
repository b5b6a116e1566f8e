import { isJsonObject, type Json, type JsonObject } from '@ttp/core';

/** Last words of the names of arguments that say what a call is done to, the likeliest first. */
const NAMING = [
  'path',
  'file',
  'filepath',
  'filename',
  'pathname',
  'uri',
  'url',
  'href',
  'directory',
  'dir',
  'folder',
  'dirname',
  'foldername',
  'source',
  'src',
  'destination',
  'dest',
  'dst',
  'cwd',
  'root',
];
/** The same of several: a list of addresses, not of numbers. */
const SEVERAL: readonly string[] = [...NAMING.map((name) => `${name}s`), 'directories'];

/** What a call map and a condition can name. */
const MEMBER = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/** `filePath`, `file_path` and `file-path` end in `path`, `fileName` in `filename`; `profile` does not end in `file`. */
function endsOf(name: string): readonly string[] {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return [words.at(-1) ?? '', words.slice(-2).join('')];
}

/** How likely an argument of this name says what a call is done to: 0 is the likeliest, -1 not at all. */
export const likelihood = (name: string): number => {
  const ends = endsOf(name);
  return NAMING.findIndex((word) => ends.includes(word));
};

const isList = (name: string): boolean => endsOf(name).some((end) => SEVERAL.includes(end));

/** Whether the resource of a call comes from an argument that is an address with a scheme of its own. */
export const isAddress = (name: string): boolean =>
  endsOf(name).some((end) => ['uri', 'url', 'href'].includes(end));

/** What arguments say about what the call is done to. */
export interface NamedResources {
  /** Texts among the arguments themselves, by name. */
  readonly texts: ReadonlyMap<string, string>;
  /** Whether something names resources where neither a call map nor a condition reaches it. */
  readonly isBeyondReach: boolean;
}

/** Finds the arguments that name resources. */
export function namedResources(input: JsonObject): NamedResources {
  const texts = new Map<string, string>();
  let isBeyondReach = false;
  for (const [name, value] of Object.entries(input)) {
    if (likelihood(name) >= 0 && typeof value === 'string' && MEMBER.test(name)) texts.set(name, value);
    else if (names(name, value)) isBeyondReach = true;
  }
  return { texts, isBeyondReach };
}

/** Whether a value, or anything inside it, names a resource. A null or a flag of such a name names nothing. */
function names(name: string, value: Json): boolean {
  if (typeof value === 'string') return likelihood(name) >= 0;
  if (Array.isArray(value))
    return value.some((item: Json) =>
      typeof item === 'string' ? likelihood(name) >= 0 || isList(name) : names('', item),
    );
  return isJsonObject(value) && Object.entries(value).some(([key, member]) => names(key, member));
}

/** Every text inside nested objects with its path, such as `["options", "path"]`. Those in lists have none. */
export function textsAt(
  input: JsonObject,
  at: readonly string[] = [],
): readonly (readonly [readonly string[], string])[] {
  return Object.entries(input).flatMap(([name, value]): (readonly [readonly string[], string])[] => {
    if (!MEMBER.test(name)) return [];
    const path = [...at, name];
    if (typeof value === 'string') return [[path, value]];
    return isJsonObject(value) && path.length < 15 ? [...textsAt(value, path)] : [];
  });
}
