import { PRIVILEGES } from '@ttp/core';
import type { Verb } from '../verb.js';
import { ROTATE } from './identity-options.js';

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
