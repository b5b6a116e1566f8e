import { positiveInteger } from '../arguments.js';
import type { VerbOption } from '../verb.js';

/** Options that several verbs of identities have, each in one wording. */
export const BACKUP: VerbOption = {
  flags: '--backup <file>',
  says: 'the key that can recover it, from ttp key create; or its Multikey',
};
export const GUARDIANS: readonly VerbOption[] = [
  {
    flags: '--guardian <did>',
    says: 'who can recover it together with others; repeatable',
    repeatable: true,
  },
  { flags: '--at-least <n>', says: 'how many guardians it takes: 2 or more', parse: positiveInteger },
];
export const WITH: VerbOption = {
  flags: '--with <file>',
  says: 'the key log of a parent or guardian that signed; repeatable',
  repeatable: true,
};
export const KNOWN_STORE: VerbOption = { flags: '--store <file>', says: 'a storage that knows the DID' };
