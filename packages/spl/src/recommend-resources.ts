import { GLOB_MIN_SIBLINGS, PATTERN_MAX_SEGMENTS } from './limits.js';
import type { Resource } from './resource.js';

/**
 * Folders that hold more than one task needs, at the root of a file system: what is seen there is permitted by name
 * alone. A resource has no leading slash, so that a relative folder of such a name counts as well.
 */
const SYSTEM_ROOTS: readonly string[] = [
  'bin,boot,dev,etc,home,lib,lib64,media,mnt,opt,proc,root,run,sbin,srv,sys,tmp,usr,var',
  'applications,library,private,system,users,volumes',
  'program files,programdata,windows',
].flatMap((names) => names.split(','));
/** Below these every folder belongs to somebody. */
const HOMES: readonly string[] = ['home', 'users'];

/** Where `a/b` is something in a folder: elsewhere it may be a record of a table, and beside it those of other people. */
const WITH_FOLDERS: readonly string[] = ['', 'file', 'http', 'https'];

/** What stands in names of secrets. */
const SECRET_WORDS = ['secret', 'passw', 'credential', 'private', 'token', 'key'] as const;
const SECRET_ENDINGS = ['pem', 'p12', 'pfx', 'kdbx'] as const;

/** Names that stand for secrets or settings wherever they are, in whatever case. */
const SECRET_NAME = new RegExp(
  `^\\.|^id_|${SECRET_WORDS.join('|')}|\\.(?:${SECRET_ENDINGS.join('|')})$`,
  'i',
);

const upper = (text: string): string => text.toUpperCase();
const capital = (text: string): string => `${upper(text.slice(0, 1))}${text.slice(1)}`;

/**
 * Patterns for the same, which a glob must not open unseen. Each is put below a folder. A pattern is of one case, so the
 * three that people write stand there; every name that one of them matches is a {@link SECRET_NAME}.
 */
const SECRET_PATTERNS: readonly string[] = [
  '.*',
  'id_*',
  'ID_*',
  ...SECRET_ENDINGS.flatMap((end) => [`*.${end}`, `*.${upper(end)}`]),
  ...SECRET_WORDS.flatMap((word) => [`*${word}*`, `*${capital(word)}*`, `*${upper(word)}*`]),
];

/** Whether a resource would be a pattern if a rule named it: the language has no way to write such a name. */
export const looksLikePattern = ({ segments }: Resource): boolean =>
  segments.some((segment) => segment.includes('*') || segment === '+');

/** Whether a resource has more segments than a pattern may have. */
export const isTooDeep = ({ segments }: Resource): boolean => segments.length > PATTERN_MAX_SEGMENTS;

/** What a rule permits for resources that were seen, and what a glob among it must not open. */
export interface Generalised {
  readonly patterns: readonly string[];
  readonly exceptions: readonly string[];
}

/**
 * The narrowest patterns for resources of one scheme. Each is named; where {@link GLOB_MIN_SIBLINGS} or more were seen
 * directly in one folder of files or pages, it is opened to any one segment (`folder/+`). Never at the root of a scheme (a
 * host, a drive), in the root folders of a system, in a home, anywhere below a hidden or secret name, or where
 * something of such a name was seen.
 *
 * @param resources none of them {@link looksLikePattern} or {@link isTooDeep}
 */
export function generalise(resources: readonly Resource[]): Generalised {
  const folders = new Map<string, Resource[]>();
  for (const resource of new Map(resources.map((one) => [one.text, one])).values()) {
    const folder = folderOf(resource);
    const siblings = folders.get(folder);
    if (siblings === undefined) folders.set(folder, [resource]);
    else siblings.push(resource);
  }
  // What is excepted from a glob must not be what was seen: a deny is stronger.
  const secretSeen = new Set(resources.flatMap(foldersOfSecrets));
  const patterns: string[] = [];
  const exceptions: string[] = [];
  for (const [folder, siblings] of folders) {
    const path = siblings[0]?.segments.slice(0, -1) ?? [];
    if (
      siblings.length < GLOB_MIN_SIBLINGS ||
      secretSeen.has(folder) ||
      !mayOpen(siblings[0]?.scheme ?? '', path)
    )
      patterns.push(...siblings.map(({ text }) => text));
    else {
      patterns.push(`${folder}+`);
      exceptions.push(...SECRET_PATTERNS.map((pattern) => `${folder}${pattern}`));
    }
  }
  return { patterns: patterns.sort(), exceptions };
}

/** The folders in which a hidden or secret name stands on the way to a resource, as {@link folderOf} spells them. */
function foldersOfSecrets({ text, segments }: Resource): string[] {
  const folders: string[] = [];
  let at = text.length - segments.join('/').length;
  for (const segment of segments) {
    if (SECRET_NAME.test(segment)) folders.push(text.slice(0, at));
    at += segment.length + 1;
  }
  return folders;
}

/** The text up to its last slash, or to the colon of its scheme. */
const folderOf = ({ text, segments }: Resource): string =>
  text.slice(0, text.length - (segments.at(-1) ?? '').length);

function mayOpen(scheme: string, folder: readonly string[]): boolean {
  const [first = '', second] = folder.map((segment) => segment.toLowerCase());
  if (
    !WITH_FOLDERS.includes(scheme) ||
    folder.length === 0 ||
    folder.some((segment) => SECRET_NAME.test(segment))
  )
    return false;
  // All that is before the path of a page is its host.
  if (scheme.startsWith('http') && folder.length === 1) return false;
  // A drive is a root, and its folders are what stands at the root of a system.
  if (/^[a-z]:?$/.test(first)) return second !== undefined && mayOpen(scheme, folder.slice(1));
  if (folder.length === 1) return !SYSTEM_ROOTS.includes(first);
  return !(folder.length === 2 && HOMES.includes(first));
}
