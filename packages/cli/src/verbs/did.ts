import { positiveInteger, utcTime } from '../arguments.js';
import type { Verb } from '../verb.js';
import {
  BACKUP,
  GUARDIANS,
  KNOWN_STORE,
  REGISTRY,
  ROTATE,
  SIGN,
  STATEMENT,
  TYPES,
  WITH,
} from './identity-options.js';

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

const didResolve: Verb = {
  name: 'did resolve',
  summary: 'Resolve a DID or a name to its verified document, and say whether it is revoked.',
  description: `A did:key by itself, a did:ttp by a storage or the key logs that are handed in, a did:web over the network (https,
public addresses only), a name by a registry. Revocations count by who signed them: the identity itself, the publisher
above it, or as many of the authorities that are named here as are asked for; others are ignored, and named.`,
  arguments: [{ name: '<did>', says: 'did:ttp:..., did:key:..., did:web:..., or a name' }],
  options: [
    { flags: '--store <file>', says: 'a storage that is there; key logs from --with are kept in it' },
    WITH,
    {
      flags: '--revocations <file>',
      says: 'a revocation, a ruling or a status list; repeatable',
      repeatable: true,
    },
    { flags: '--authority <did>', says: 'who may revoke together with others; repeatable', repeatable: true },
    { flags: '--at-least <n>', says: 'how many of the authorities it takes', parse: positiveInteger },
    ...REGISTRY,
  ],
  exits: { 1: 'revoked, or to be verified again' },
  examples: [
    { line: 'ttp did resolve did:web:agent.example.com', says: 'somebody on the web' },
    {
      line: 'ttp did resolve did:ttp:tool:Qm... --with publisher.log.json --with tool.log.json --revocations list.json',
      says: 'a tool, its publisher, and what is revoked',
    },
    {
      line: 'ttp did resolve did:tessorium:agent:clerk:v1 --registry names.db',
      says: 'whose name it is now',
    },
  ],
  load: () => import('../commands/did/resolve.js'),
};

const didRevoke: Verb = {
  name: 'did revoke',
  summary: 'State that an identity or a statement is revoked, lift that, or list what is revoked.',
  description: `A statement is a file to be passed on: it holds signatures and no secret. Authorities sign it one after the other
with --statement and --sign, each where its key is, or each a copy, which are merged. Who may revoke whom is judged by
those who read it (ttp did resolve). It ends after 7, 30, 90 or 365 days by severity; a key compromise never does,
whatever is rotated afterwards: where only the key in force was taken, ttp did rotate is enough.`,
  arguments: [{ name: '[subject]', says: 'a DID, or the id of a statement: sha256:...' }],
  options: [
    { flags: '-o, --out <file>', says: 'the file to write; it must not exist', required: true },
    SIGN,
    STATEMENT,
    { flags: '--reason <text>', says: 'why, for people' },
    {
      flags: '--severity <severity>',
      says: 'how grave it is',
      choices: ['low', 'medium', 'high', 'critical'],
      default: 'high',
    },
    {
      flags: '--cause <cause>',
      says: 'what a machine goes by',
      choices: ['conduct', 'key_compromise'],
      default: 'conduct',
    },
    {
      flags: '--tier <tier>',
      says: 'by which authority; unless given, by who signs first',
      choices: ['self', 'publisher', 'authority'],
    },
    { flags: '--until <time>', says: 'when it ends, in UTC: 2026-12-31', parse: utcTime },
    { flags: '--since <time>', says: 'of a key compromise: from when on', parse: utcTime },
    { flags: '--lift <id>', says: 'rule that the revocation with this id no longer counts' },
    { flags: '--list', says: 'sign a status list of the --statement files instead' },
    {
      flags: '--serial <n>',
      says: 'the number of the list, which grows',
      parse: positiveInteger,
      default: 1,
    },
    { flags: '--days <n>', says: 'when the next list is due', parse: positiveInteger, default: 7 },
  ],
  examples: [
    {
      line: 'ttp did revoke did:ttp:agent:Qm... --cause key_compromise --severity critical --reason stolen --sign agent.json --out revoked.json',
      says: 'oneself, for good',
    },
    {
      line: 'ttp did revoke --statement revoked.json --sign bob.key.json --out revoked-2.json',
      says: 'the second authority signs',
    },
    {
      line: 'ttp did revoke --list --statement a.json --statement b.json --serial 4 --sign publisher.json --out list.json',
      says: 'everything that is revoked, in one signed list',
    },
  ],
  load: () => import('../commands/did/revoke.js'),
};

const didRecover: Verb = {
  name: 'did recover',
  summary: 'Recover an identity whose key is lost, by its backup key or by its guardians.',
  description: `A fresh key goes into a new identity file, and a recovery to the end of the key log; the latter also into
<file>.statement, to be published or passed on. With --using the backup key signs it. Otherwise each guardian signs the
statement where its key is, and the copies are merged into the identity file. It is in force 24 hours after it was seen;
until then the owner can veto it with the next key (ttp did rotate --veto).`,
  arguments: [
    {
      name: '[file]',
      says: 'the key log of the identity; or the recovered identity file, to gather signatures',
    },
  ],
  options: [
    { flags: '-o, --out <file>', says: 'the file to write; it must not exist' },
    { flags: '--using <file>', says: 'the backup key that was committed to' },
    STATEMENT,
    SIGN,
    WITH,
    BACKUP,
    ...GUARDIANS,
  ],
  examples: [
    {
      line: 'ttp did recover agent.log.json --using backup.json --out agent-2.json',
      says: 'by the backup key',
    },
    { line: 'ttp did recover agent.log.json --out agent-2.json', says: 'begin it, for guardians' },
    {
      line: 'ttp did recover --statement agent-2.json.statement --sign carol.json --out by-carol.json',
      says: 'a guardian signs',
    },
    {
      line: 'ttp did recover agent-2.json --statement by-carol.json --statement by-dave.json',
      says: 'their signatures go into the recovered identity',
    },
  ],
  load: () => import('../commands/did/recover.js'),
};

const didName: Verb = {
  name: 'did name',
  summary: 'Look up whose a name is; claim one, sign a claim further, or register it.',
  description: `A claim is a file to be passed on: the identity signs it, and whoever answers for it, the operator of the registry
or the publisher above the identity; a domain answers by its /.well-known/ttp.json. A registry in a storage takes it with
--register. A name that has changed hands shows the claim before.`,
  arguments: [{ name: '[name]', says: 'did:tessorium:..., did:service:... or isnad:...' }],
  options: [
    ...REGISTRY,
    { flags: '--store <file>', says: 'a storage that knows identities; that of the registry unless given' },
    WITH,
    { flags: '--claim <file>', says: 'claim it for the identity in this file' },
    { flags: '--authority <did>', says: 'who answers for the claim: an operator, a publisher, or a domain' },
    { flags: '--prev <id>', says: 'the claim before, where the name is to change hands' },
    SIGN,
    STATEMENT,
    { flags: '-o, --out <file>', says: 'the file for the claim; it must not exist' },
    { flags: '--register', says: 'hand the --statement in to the registry' },
  ],
  exits: { 1: 'with --register: the registry refuses it' },
  examples: [
    {
      line: 'ttp did name did:tessorium:agent:clerk:v1 --claim agent.json --authority did:key:z6Mkv... --out claim.json',
      says: 'claim a name',
    },
    {
      line: 'ttp did name --statement claim.json --sign operator.json --out claim-2.json',
      says: 'the operator of the registry agrees',
    },
    {
      line: 'ttp did name --register --statement claim-2.json --registry names.db --operator did:key:z6Mkv... --with agent.log.json',
      says: 'the registry takes it',
    },
    { line: 'ttp did name did:tessorium:agent:clerk:v1 --registry names.db', says: 'whose it is' },
  ],
  load: () => import('../commands/did/name.js'),
};

export const did: readonly Verb[] = [
  didCreate,
  didShow,
  didResolve,
  didVerify,
  didRotate,
  didRecover,
  didRevoke,
  didName,
];
