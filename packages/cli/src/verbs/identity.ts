import { PRIVILEGES } from '@ttp/core';
import type { DidType } from '@ttp/did';
import { PASSPHRASE_MIN_CHARACTERS } from '../limits.js';
import type { Verb } from '../verb.js';

/** Written out, because the list itself comes with all of @ttp/did; a test holds them together. */
const TYPES: readonly DidType[] = ['agent', 'skill', 'tool', 'service', 'publisher'];

export const keygen: Verb = {
  name: 'keygen',
  summary: 'Make an identity: a key log and its private key under a passphrase; or an operator key.',
  description: `The passphrase comes from TTP_PASSPHRASE or is asked for: at least ${PASSPHRASE_MIN_CHARACTERS} characters. The key for the next
rotation is written beside the identity, to <file>.next: keep it elsewhere, so that a theft of the identity is not
the end of it.`,
  options: [
    { flags: '-o, --out <file>', says: 'the file to write; it must not exist', required: true },
    { flags: '--type <type>', says: 'what the identity is of', choices: TYPES, default: 'agent' },
    { flags: '--store <file>', says: 'the storage it will run on: its kill record is created there, alive' },
    {
      flags: '--operator <id>',
      says: "make an operator's key instead, and print its entry for the roster",
    },
    { flags: '--human <name>', says: 'the human behind the operator key; the id unless given' },
    { flags: '--level <level>', says: "the operator's level", choices: ['1', '2', '3'], default: '1' },
    {
      flags: '--privilege <name>',
      says: 'a privilege of the operator; repeatable',
      choices: PRIVILEGES,
      repeatable: true,
    },
  ],
  examples: [
    { line: 'ttp keygen --out agent.json --store ttp.db', says: 'an identity, and its kill record, alive' },
    {
      line: 'ttp keygen --operator ada --level 2 --privilege review:senior --privilege kill:order --out ada.key.json',
      says: 'a key for an operator',
    },
  ],
  load: () => import('../commands/keygen.js'),
};
