import { wholeNumber } from '../arguments.js';
import type { Verb, VerbOption } from '../verb.js';

const LOG_KEY: VerbOption = {
  flags: '--log-key <key>',
  says: 'a log key you trust: z6Mk..., or <did>=z6Mk... for one enforcement point; repeatable',
  repeatable: true,
};

export const decide: Verb = {
  name: 'decide',
  summary: 'Decide about a request as an enforcement point would, and explain why.',
  description: `The request is an interaction of which everything but action and resource may be left out:
  { "action": "read", "resource": "file:/srv/a.txt", "target": "files/read_file", "input": { "path": "/srv/a.txt" } }
The facts are evidence as it is recorded, or values by the names of their sources, of this moment:
  { "identity": { "verified": true, "method": "challenge-response" }, "fraud": { "risk": 0, "signals": [] },
    "trust": { "identityVerified": true, "securityEvents": [] }, "resource": { "dataClassification": "internal" } }
trust is a trust report, or what one is computed from. A fact that is left out is not known, and raises the risk.
Similar past decisions of a bundle are shown, and decide nothing.`,
  arguments: [{ name: '<file>', says: 'the policy' }],
  options: [
    { flags: '--request <file>', says: 'the request as JSON; - for standard input', required: true },
    { flags: '--facts <file>', says: 'what is known, as JSON; - for standard input', required: true },
    { flags: '--thresholds <file>', says: 'thresholds that differ from the defaults, as JSON' },
    {
      flags: '--layer <name=file>',
      says: 'a policy that has to permit it as well; the policy itself is then the layer agent; repeatable',
      repeatable: true,
    },
    { flags: '--explain', says: 'every factor, obligation and reason; in JSON the whole decision' },
    { flags: '--bundle <file>', says: 'recorded decisions, to show similar ones' },
    LOG_KEY,
  ],
  exits: { 0: 'allow or warn', 1: 'denied, softly or not' },
  examples: [
    {
      line: 'ttp decide policy.json --request request.json --facts facts.json --explain',
      says: 'what would be decided, and every step of why',
    },
  ],
  load: () => import('../commands/decide.js'),
};

export const replay: Verb = {
  name: 'replay',
  summary: 'Make every decision of an audit bundle again and compare it byte by byte.',
  description: `From the recorded interaction, evidence, policy and thresholds alone. With --entry one decision is shown in words, with
the past ones that resemble it. Without --log-key the answer is no: nobody knows whose decisions they are. Payloads that
were erased or are not disclosed cannot be replayed; they are counted as absent.`,
  arguments: [{ name: '<bundle>', says: 'the bundle, from ttp trace export; - for standard input' }],
  options: [
    LOG_KEY,
    { flags: '--entry <n>', says: 'the number of a decision to explain', parse: wholeNumber },
  ],
  exits: { 1: 'a decision comes out differently, the bundle is not whole, or no --log-key was given' },
  examples: [
    {
      line: 'ttp replay bundle.jsonl --log-key z6Mk...',
      says: 'whether every decision follows from its inputs',
    },
    { line: 'ttp replay bundle.jsonl --log-key z6Mk... --entry 7', says: 'why entry 7 was decided so' },
  ],
  load: () => import('../commands/replay.js'),
};
