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

const didShow: Verb = {
  name: 'did show',
  summary: 'Show the verified DID document of an identity, and the entries of its key log.',
  description: `A did:key is its own key. A did:ttp needs its key log: an identity file, a JSON list of its entries, or a storage
that has resolved it. The key log is verified entry by entry before anything of it is shown.`,
  arguments: [{ name: '<did|file>', says: 'a DID, an identity file or a key log' }],
  options: [{ flags: '--store <file>', says: 'a storage that knows the DID' }],
  examples: [
    { line: 'ttp did show agent.json', says: 'the document behind an identity file' },
    { line: 'ttp did show did:key:z6Mkv...', says: 'an outsider' },
  ],
  load: () => import('../commands/did/show.js'),
};

const didVerify: Verb = {
  name: 'did verify',
  summary: 'Verify a key log, whose it is, and a DID document against it.',
  arguments: [{ name: '<did|file>', says: 'an identity file, a key log or a DID' }],
  options: [
    { flags: '--did <did>', says: 'whose key log it has to be' },
    { flags: '--document <file>', says: 'a DID document that has to be the one the key log stands for' },
    { flags: '--store <file>', says: 'a storage that knows the DID' },
  ],
  exits: { 1: 'not verified' },
  examples: [
    {
      line: 'ttp did verify agent.json --did did:ttp:agent:Qm...',
      says: 'is this file the identity I mean?',
    },
  ],
  load: () => import('../commands/did/verify.js'),
};

export const did: readonly Verb[] = [didShow, didVerify];

const keyShow: Verb = {
  name: 'key show',
  summary: 'Show whose key a file holds: key id, public key, purposes. It is not opened.',
  arguments: [{ name: '<file>', says: 'an identity file, an operator key or the key for the next rotation' }],
  options: [
    {
      flags: '--check',
      says: 'try the passphrase too, and show the log key of an identity',
    },
  ],
  exits: { 1: 'with --check: the passphrase does not open it' },
  examples: [
    { line: 'ttp key show agent.json', says: 'what others may know of it' },
    { line: 'ttp key show agent.json --check', says: 'does the passphrase still open it?' },
  ],
  load: () => import('../commands/key/show.js'),
};

const keyRotate: Verb = {
  name: 'key rotate',
  summary: 'Rotate an identity to the key committed to, and commit to a fresh one.',
  description: `The DID stays the same; the key log grows by an entry that both keys sign. All three keys are under one passphrase.
The old file is left as it is; what its key signed counts only where the date of that is shown. The key of the audit
log is derived from the identity's, so it changes too: export what there is first, and go on in a new storage.`,
  arguments: [{ name: '<file>', says: 'the identity file' }],
  options: [
    { flags: '--next <file>', says: 'the key for the next rotation, kept since keygen', required: true },
    { flags: '-o, --out <file>', says: 'the identity file to write; it must not exist', required: true },
  ],
  examples: [
    {
      line: 'ttp key rotate agent.json --next agent.json.next --out agent-2.json',
      says: 'the same identity under its next key',
    },
  ],
  load: () => import('../commands/key/rotate.js'),
};

export const key: readonly Verb[] = [keyShow, keyRotate];

export const init: Verb = {
  name: 'init',
  summary: 'Put an identity, a policy, a call map and an agent that runs into a project.',
  description: `Everything goes into one new folder, ttp, of the project; nothing that exists is changed, package.json neither: the
steps it prints say what to install. The passphrase comes from TTP_PASSPHRASE or is asked for. The example opens the
identity, arms the policy, and makes three calls: one is permitted, two are denied.`,
  arguments: [{ name: '[folder]', says: 'the project; where you are unless given' }],
  examples: [
    { line: 'ttp init', says: 'in the project you are in' },
    { line: 'ttp init my-agent', says: 'in another folder' },
  ],
  load: () => import('../commands/init.js'),
};
