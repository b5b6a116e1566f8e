import { PRIVILEGES } from '@ttp/core';
import { PASSPHRASE_MIN_CHARACTERS } from '../limits.js';
import type { Verb } from '../verb.js';
import { TYPES } from './identity-options.js';

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
