import type { Verb } from '../verb.js';
import { POLICY_FILE } from './shared.js';

const lint: Verb = {
  name: 'policy lint',
  summary: 'Load a policy and report its defects.',
  arguments: [POLICY_FILE],
  exits: { 1: 'it does not load, or the linter finds something' },
  examples: [{ line: 'ttp policy lint policy.json', says: 'what is wrong with a policy' }],
  load: () => import('../commands/policy/lint.js'),
};

const evaluation: Verb = {
  name: 'policy eval',
  summary: 'Evaluate a request and explain the verdict.',
  description: `The request names resource and action, and attributes by who knows them:
  { "resource": "file:/srv/a.txt", "action": "read", "engine": { "trustScore": 60, "identityVerified": true },
    "resolver": {}, "registry": { "dataClassification": "internal" }, "caller": { "request": { "amount": 5 } },
    "now": 1700000000000 }`,
  arguments: [{ name: '<file>', says: 'the policy' }],
  options: [{ flags: '--request <file>', says: 'the request as JSON; - for standard input', required: true }],
  exits: { 0: 'allow or warn', 1: 'deny, or allow_with_approval: nobody has approved' },
  examples: [
    {
      line: 'ttp policy eval policy.json --request request.json',
      says: 'what the policy says, and why',
    },
  ],
  load: () => import('../commands/policy/eval.js'),
};

export const policy: readonly Verb[] = [lint, evaluation];
