import type { Verb } from '../verb.js';
import { STORE } from './shared.js';

const exportVerb: Verb = {
  name: 'trace export',
  summary: 'Write the log of an enforcement point as a bundle that anybody verifies offline.',
  description: `The bundle discloses every payload that is kept: arguments, evidence, policies. The log key it prints is what others
pass to ttp verify --log-key; tell them over a way they trust. Export when the enforcement point is idle: calls
that are under way count as interrupted, and it goes on in the next log.`,
  options: [
    STORE,
    { flags: '--identity <file>', says: 'the identity that the log belongs to', required: true },
    { flags: '-o, --out <file>', says: 'the bundle to write; it must not exist', required: true },
    { flags: '--trace <id>', says: 'one trace instead of the whole log' },
  ],
  examples: [
    {
      line: 'ttp trace export --store ttp.db --identity agent.json --out bundle.jsonl',
      says: 'the whole log',
    },
  ],
  load: () => import('../commands/trace/export.js'),
};

export const trace: readonly Verb[] = [exportVerb];

export const verify: Verb = {
  name: 'verify',
  summary: 'Verify an audit bundle offline, and decide its decisions again.',
  description: `Without --log-key the bundle is held against the key it carries itself, which shows damage and never who made it:
then the answer is no. Payloads that were erased or are not disclosed cannot be replayed; they are counted as absent.`,
  arguments: [{ name: '<bundle>', says: 'the bundle; - for standard input' }],
  options: [
    {
      flags: '--log-key <key>',
      says: 'a log key you trust: z6Mk..., or <did>=z6Mk... for one enforcement point; repeatable',
      repeatable: true,
    },
  ],
  exits: { 1: 'not valid, or no --log-key was given' },
  examples: [
    {
      line: 'ttp verify bundle.jsonl --log-key z6MkfDbEnvZmTLr2TWNSnSHiExNyS8ioEHF9sDGjYRkYYBeS',
      says: 'by the key that export and mcp print',
    },
  ],
  load: () => import('../commands/verify.js'),
};
