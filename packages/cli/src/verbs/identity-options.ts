import type { DidType } from '@ttp/did';
import { positiveInteger } from '../arguments.js';
import type { Verb, VerbOption } from '../verb.js';

/** Written out, because the list itself comes with all of @ttp/did; a test holds them together. */
export const TYPES: readonly DidType[] = ['agent', 'skill', 'tool', 'service', 'publisher'];

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
export const STATEMENT: VerbOption = {
  flags: '--statement <file>',
  says: 'a statement to sign further; several copies of one are merged; repeatable',
  repeatable: true,
};
export const SIGN: VerbOption = {
  flags: '--sign <file>',
  says: 'the identity or key file of somebody who signs; repeatable',
  repeatable: true,
};
export const REGISTRY: readonly VerbOption[] = [
  { flags: '--registry <file>', says: 'a storage with a registry of names; or the https:// address of one' },
  { flags: '--registry-key <key>', says: 'the key of the log of a registry at an address: z6Mk...' },
  { flags: '--registry-origin <name>', says: 'the name of that log' },
  {
    flags: '--operator <did>',
    says: 'who runs the registry in a storage, and may give any name; repeatable',
    repeatable: true,
  },
];

/** `did rotate`, which is `key rotate` too. */
export const ROTATE: Omit<Verb, 'name' | 'examples'> = {
  summary: 'Rotate an identity to the key committed to, and commit to a fresh one.',
  description: `The DID stays the same; the key log grows by an entry that both keys sign. All three keys are under one passphrase.
Without --out the identity file and <file>.next are replaced, once the new ones are safe on the disk; the old file stays
as <file>.key-1, <file>.key-2 and so on. Interrupted at any point, the same command ends what it began. What the retired
key signed counts only where the date of that is shown. The key of the audit log is derived from the identity's: in the
same storage a new log begins under a new key, and names the one before. Export the end of that one first.`,
  arguments: [{ name: '<file>', says: 'the identity file' }],
  options: [
    { flags: '--next <file>', says: 'the key for this rotation; <file>.next unless given' },
    { flags: '-o, --out <file>', says: 'write the rotated identity here instead; it must not exist' },
    { flags: '--veto <file>', says: 'the key log that ends with a recovery, to forbid it' },
    BACKUP,
    ...GUARDIANS,
  ],
  load: () => import('../commands/key/rotate.js'),
};
