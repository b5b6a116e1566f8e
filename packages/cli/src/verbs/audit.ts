import { wholeNumber } from '../arguments.js';
import type { Verb, VerbOption } from '../verb.js';
import { STORE } from './shared.js';

const LOG: VerbOption = {
  flags: '--log <n>',
  says: 'which log, where several processes wrote at once',
  parse: wholeNumber,
  default: 0,
};

/** Whose log: who has the identity, or was told the log key. */
const WHOSE: readonly VerbOption[] = [
  { flags: '--identity <file>', says: 'the identity that the log belongs to' },
  {
    flags: '--log-key <key>',
    says: 'or its log key, <did>=z6Mk...: no passphrase is needed then',
  },
];

const READ_ONLY = 'Nothing is written: the enforcement point may be running.';

const list: Verb = {
  name: 'trace list',
  summary: 'Show the traces of the audit log: entries, calls, refusals, times, seals.',
  description: READ_ONLY,
  options: [STORE, ...WHOSE],
  examples: [{ line: 'ttp trace list --store ttp.db --identity agent.json', says: 'every trace there is' }],
  load: () => import('../commands/trace/list.js'),
};

const show: Verb = {
  name: 'trace show',
  summary: 'Show what happened in a trace, entry by entry, with the reasons of its decisions.',
  description: `${READ_ONLY} Reasons are shown as long as their payload is kept.`,
  arguments: [{ name: '<trace>', says: 'its id, or as much of the beginning as tells it from the others' }],
  options: [STORE, ...WHOSE],
  examples: [
    {
      line: 'ttp trace show 3f2a --store ttp.db --log-key did:ttp:agent:Qm...=z6Mk...',
      says: 'the trace that begins with 3f2a, by the log key',
    },
  ],
  load: () => import('../commands/trace/show.js'),
};

const prove: Verb = {
  name: 'trace prove',
  summary: 'Write a proof that an entry is in the log, which anybody checks offline.',
  description: `The file holds the entry, the inclusion proof and the signed checkpoint: hashes and commitments, no payload.
${READ_ONLY} Entries of the last minute may have no checkpoint yet.`,
  arguments: [{ name: '<entry>', says: 'the number of the entry, from ttp trace show' }],
  options: [
    STORE,
    ...WHOSE,
    LOG,
    { flags: '-o, --out <file>', says: 'the proof to write; it must not exist', required: true },
  ],
  examples: [
    {
      line: 'ttp trace prove 7 --store ttp.db --identity agent.json --out proof.json',
      says: 'that entry 7 is in the log',
    },
  ],
  load: () => import('../commands/trace/prove.js'),
};

const exportVerb: Verb = {
  name: 'trace export',
  summary: 'Write the log of an enforcement point as a bundle that anybody verifies offline.',
  description: `The bundle discloses every payload that is kept: arguments, evidence, policies. The log key it prints is what others
pass to ttp verify --log-key; tell them over a way they trust. ${READ_ONLY}
It holds what the last tree head covers: all of it once the enforcement point ended in order, and at most a minute
less while it runs. After a crash, --recover signs for the rest.`,
  options: [
    STORE,
    { flags: '--identity <file>', says: 'the identity that the log belongs to', required: true },
    { flags: '-o, --out <file>', says: 'the bundle to write; it must not exist', required: true },
    { flags: '--trace <id>', says: 'one trace instead of the whole log' },
    LOG,
    {
      flags: '--recover',
      says: 'complete what a crash interrupted first; only while no enforcement point runs, whose calls it would count as interrupted',
    },
  ],
  examples: [
    {
      line: 'ttp trace export --store ttp.db --identity agent.json --out bundle.jsonl',
      says: 'the whole log',
    },
  ],
  load: () => import('../commands/trace/export.js'),
};

const LOG_KEYS: VerbOption = {
  flags: '--log-key <key>',
  says: 'a log key you trust: z6Mk..., or <did>=z6Mk... for one enforcement point; repeatable',
  repeatable: true,
};

const bundle: Verb = {
  name: 'verify',
  summary: 'Verify an audit bundle offline, and decide its decisions again.',
  description: `Without --log-key the bundle is held against the key it carries itself, which shows damage and never who made it:
then the answer is no. Payloads that were erased or are not disclosed cannot be replayed; they are counted as absent.`,
  arguments: [{ name: '<bundle>', says: 'the bundle; - for standard input' }],
  options: [LOG_KEYS],
  exits: { 1: 'not valid, or no --log-key was given' },
  examples: [
    {
      line: 'ttp verify bundle.jsonl --log-key z6MkfDbEnvZmTLr2TWNSnSHiExNyS8ioEHF9sDGjYRkYYBeS',
      says: 'by the key that export and mcp print',
    },
  ],
  load: () => import('../commands/verify.js'),
};

/** The same verb, where whoever works with traces looks for it. */
const traceVerify: Verb = {
  ...bundle,
  name: 'trace verify',
  summary: 'The same as ttp verify: whether an audit bundle is whole and authentic.',
  examples: [{ line: 'ttp trace verify bundle.jsonl --log-key z6Mk...', says: 'as ttp verify does' }],
};

const fsckVerb: Verb = {
  name: 'trace fsck',
  summary: 'Check everything that a storage keeps of an audit log, and name what is wrong and where.',
  description: `Tree heads, entries, chains, seals, modes, the index, payloads, legal holds, erasures. All of it is read, and nothing
is written. The enforcement point may run, but what it is writing meanwhile can be found missing.`,
  options: [STORE, ...WHOSE],
  exits: { 1: 'something is wrong' },
  examples: [{ line: 'ttp trace fsck --store ttp.db --identity agent.json', says: 'every log there is' }],
  load: () => import('../commands/trace/fsck.js'),
};

const ALONE =
  'Only while no enforcement point runs on the storage: the calls under way there would count as interrupted.';
const OWN: readonly VerbOption[] = [
  STORE,
  { flags: '--identity <file>', says: 'the identity that the log belongs to', required: true },
];

const seal: Verb = {
  name: 'trace seal',
  summary: 'End a trace: its root, count and statistics go into the log, and nothing more into the trace.',
  description: ALONE,
  arguments: [{ name: '<trace>', says: 'its id, all 32 digits' }],
  options: OWN,
  examples: [
    {
      line: 'ttp trace seal 0123456789abcdef0123456789abcdef --store ttp.db --identity agent.json',
      says: 'the trace of ttp trace list with this id',
    },
  ],
  load: () => import('../commands/trace/seal.js'),
};

const erase: Verb = {
  name: 'trace erase',
  summary:
    'Erase all payloads of a subject by destroying their key; the log says so, and every proof stays valid.',
  description: `There is no way back. A legal hold refuses it. Backups of the storage keep the key until they are gone themselves.
${ALONE}`,
  arguments: [{ name: '<did>', says: 'whose payloads' }],
  options: OWN,
  exits: { 1: 'nothing is kept of the subject' },
  examples: [
    {
      line: 'ttp trace erase did:ttp:agent:Qm... --store ttp.db --identity agent.json',
      says: 'what was kept of this agent',
    },
  ],
  load: () => import('../commands/trace/erase.js'),
};

export const trace: readonly Verb[] = [list, show, prove, traceVerify, exportVerb, fsckVerb, erase, seal];

const proof: Verb = {
  name: 'verify proof',
  summary: 'Verify offline that an entry is in a log: its inclusion proof and the checkpoint it leads to.',
  arguments: [{ name: '<file>', says: 'what ttp trace prove has written; - for standard input' }],
  options: [LOG_KEYS],
  exits: { 1: 'not shown, or no --log-key was given' },
  examples: [{ line: 'ttp verify proof proof.json --log-key z6Mk...', says: 'by the key that prove prints' }],
  load: () => import('../commands/verify-proof.js'),
};

const checkpoint: Verb = {
  name: 'verify checkpoint',
  summary: 'Verify the signature of a checkpoint, and show the tree it is of.',
  description:
    'A checkpoint is a C2SP signed note. Two of one log with the same size and other roots show that it was forked.',
  arguments: [{ name: '<file>', says: 'the signed note; - for standard input' }],
  options: [LOG_KEYS],
  exits: { 1: 'not signed by a trusted key, or no --log-key was given' },
  examples: [
    {
      line: 'ttp verify checkpoint checkpoint.txt --log-key z6Mk...',
      says: 'which tree the log key has signed',
    },
  ],
  load: () => import('../commands/verify-checkpoint.js'),
};

export const verify: readonly Verb[] = [bundle, proof, checkpoint];
