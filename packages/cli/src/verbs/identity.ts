import { PRIVILEGES } from '@ttp/core';
import type { DidType } from '@ttp/did';
import { PASSPHRASE_MIN_CHARACTERS } from '../limits.js';
import type { Verb } from '../verb.js';
import { BACKUP, GUARDIANS, KNOWN_STORE, WITH } from './identity-options.js';

/** Written out, because the list itself comes with all of @ttp/did; a test holds them together. */
const TYPES: readonly DidType[] = ['agent', 'skill', 'tool', 'service', 'publisher'];

export const keygen: Verb = {
  name: 'keygen',
  summary: 'Make an identity: a key log and its private key under a passphrase; or an operator key.',
  description: `The short way to ttp did create, and with --operator to ttp key create. The passphrase comes from TTP_PASSPHRASE or
is asked for: at least ${PASSPHRASE_MIN_CHARACTERS} characters. The key for the next rotation is written beside the identity, to <file>.next: keep
it elsewhere, so that a theft of the identity is not the end of it.`,
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

const didCreate: Verb = {
  name: 'did create',
  summary: 'Make an identity: a key log and its private key under a passphrase.',
  description: `The key for the next rotation is written beside the identity, to <file>.next: keep it elsewhere, so that a theft of
the identity is not the end of it. What can recover it is fixed here, or later by a rotation: a backup key, or guardians.`,
  options: [
    { flags: '-o, --out <file>', says: 'the file to write; it must not exist', required: true },
    { flags: '--type <type>', says: 'what the identity is of', choices: TYPES, default: 'agent' },
    { flags: '--store <file>', says: 'the storage it will run on: its kill record is created there, alive' },
    {
      flags: '--parent <file>',
      says: 'the identity file of who answers for it, as the publisher of a tool does',
    },
    BACKUP,
    ...GUARDIANS,
  ],
  examples: [
    { line: 'ttp did create --out agent.json --store ttp.db', says: 'an agent, and its kill record, alive' },
    {
      line: 'ttp did create --type tool --parent publisher.json --out tool.json',
      says: 'a tool that a publisher answers for',
    },
    {
      line: 'ttp did create --backup backup.json --guardian did:key:z6Mkv... --guardian did:key:z6Mkw... --at-least 2 --out agent.json',
      says: 'an agent that a backup key, or two guardians, can recover',
    },
  ],
  load: () => import('../commands/did/create.js'),
};

const ROTATE: Omit<Verb, 'name' | 'examples'> = {
  summary: 'Rotate an identity to the key committed to, and commit to a fresh one.',
  description: `The DID stays the same; the key log grows by an entry that both keys sign. All three keys are under one passphrase.
Without --out the identity file and <file>.next are replaced, once the new ones are safe on the disk; the old file stays
as <file>.key-1, <file>.key-2 and so on. Interrupted at any point, the same command ends what it began. What the retired
key signed counts only where the date of that is shown. The key of the audit log is derived from the identity's, so it
changes too: export what there is first, and go on in a new storage.`,
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

const didRotate: Verb = {
  ...ROTATE,
  name: 'did rotate',
  examples: [
    { line: 'ttp did rotate agent.json', says: 'the same identity under its next key' },
    {
      line: 'ttp did rotate agent.json --next /media/stick/agent.json.next --out agent-2.json',
      says: 'with the next key from where it is kept, into other files',
    },
    { line: 'ttp did rotate agent.json --veto recovery.json', says: 'somebody recovers what is not lost' },
  ],
};

const didShow: Verb = {
  name: 'did show',
  summary: 'Show the verified DID document of an identity, and the entries of its key log.',
  description: `A did:key is its own key. A did:ttp needs its key log: an identity file, a key log, or a storage that has resolved
it. The key log is verified entry by entry before anything of it is shown. Nothing is asked over the network.`,
  arguments: [{ name: '<did|file>', says: 'a DID, an identity file or a key log' }],
  options: [KNOWN_STORE, WITH],
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
    KNOWN_STORE,
    WITH,
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

export const did: readonly Verb[] = [didCreate, didShow, didVerify, didRotate];

const keyCreate: Verb = {
  name: 'key create',
  summary: 'Make a key that is its own did:key: for an operator, a guardian, or as a backup.',
  options: [
    { flags: '-o, --out <file>', says: 'the file to write; it must not exist', required: true },
    { flags: '--operator <id>', says: "make it an operator's, and print its entry for the roster" },
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
    { line: 'ttp key create --out backup.json', says: 'a backup key, for ttp did create --backup' },
    {
      line: 'ttp key create --operator ada --privilege review:senior --out ada.key.json',
      says: 'a key for an operator',
    },
  ],
  load: () => import('../commands/key/create.js'),
};

const keyShow: Verb = {
  name: 'key show',
  summary: 'Show whose key a file holds: key id, public key, purposes. It is not opened.',
  arguments: [
    { name: '<file>', says: 'an identity file, a key of its own or the key for the next rotation' },
  ],
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
  ...ROTATE,
  name: 'key rotate',
  examples: [{ line: 'ttp key rotate agent.json', says: 'the same as ttp did rotate' }],
};

const keyExport: Verb = {
  name: 'key export',
  summary:
    'Write what others need of a key or an identity. Secrets are never exported: the file itself is encrypted.',
  arguments: [{ name: '<file>', says: 'an identity file or a key file' }],
  options: [
    {
      flags: '--format <format>',
      says: 'the key log of an identity, or its public key in this form',
      choices: ['key-log', 'multikey', 'jwk', 'pem'],
      default: 'key-log',
    },
    { flags: '-o, --out <file>', says: 'the file to write; it must not exist' },
  ],
  examples: [
    { line: 'ttp key export agent.json --out agent.log.json', says: 'the key log, for those who verify' },
    { line: 'ttp key export ada.key.json --format jwk', says: 'a public key for other software' },
  ],
  load: () => import('../commands/key/export.js'),
};

const keyPasswd: Verb = {
  name: 'key passwd',
  summary: 'Put a key under another passphrase.',
  description: `The passphrase in force comes from TTP_PASSPHRASE, the new one from TTP_NEW_PASSPHRASE; or both are asked for.
The file is replaced once the new one is safe on the disk. Copies made before still open with the old passphrase.`,
  arguments: [{ name: '<file>', says: 'an identity file or a key file' }],
  examples: [{ line: 'ttp key passwd agent.json', says: 'asks for both' }],
  load: () => import('../commands/key/passwd.js'),
};

export const key: readonly Verb[] = [keyCreate, keyShow, keyRotate, keyExport, keyPasswd];

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
