import { percentage, positiveInteger } from '../arguments.js';
import type { Verb, VerbArgument, VerbOption } from '../verb.js';
import { OPERATOR_KEY, POLICY_FILE } from './shared.js';

const LOG_KEY: VerbOption = {
  flags: '--log-key <key>',
  says: 'a log key you trust: z6Mk..., or <did>=z6Mk... for one enforcement point; repeatable',
  repeatable: true,
};

const LAYER: VerbOption = {
  flags: '--layer <name=file>',
  says: 'a policy that has to permit it as well; the policy itself is then the layer agent; repeatable',
  repeatable: true,
};

const lint: Verb = {
  name: 'policy lint',
  summary: 'Load a policy and report its defects.',
  arguments: [POLICY_FILE],
  options: [
    { flags: '--sarif', says: 'answer with one SARIF 2.1.0 log, for code scanning' },
    { flags: '--bundle <file>', says: 'recorded calls, to find approvals that would be routine' },
    { flags: '--call-map <file>', says: 'the call map that the policy is used with' },
    LOG_KEY,
  ],
  exits: { 1: 'it does not load, or the linter finds something' },
  examples: [
    { line: 'ttp policy lint policy.json', says: 'what is wrong with a policy' },
    { line: 'ttp policy lint --sarif policy.json', says: 'the same, for code scanning' },
  ],
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
  options: [
    { flags: '--request <file>', says: 'the request as JSON; - for standard input', required: true },
    LAYER,
  ],
  exits: { 0: 'allow or warn', 1: 'deny, or allow_with_approval: nobody has approved' },
  examples: [
    {
      line: 'ttp policy eval policy.json --request request.json',
      says: 'what the policy says, and why',
    },
    {
      line: 'ttp policy eval policy.json --layer organisation=org.json --request request.json',
      says: 'what the policies of an agent and its organisation say together',
    },
  ],
  load: () => import('../commands/policy/eval.js'),
};

const explanation: Verb = {
  name: 'policy explain',
  summary: 'Show why a policy says what it says to a request, and what would have to be different.',
  description: `Each rule for this action and resource, with the conditions that fail: what was there, and what is wanted. For a denial
also the permit that takes the fewest changes. The request is written as for ttp policy eval; its values are shown.`,
  arguments: [{ name: '<file>', says: 'the policy' }],
  options: [
    { flags: '--request <file>', says: 'the request as JSON; - for standard input', required: true },
    LAYER,
  ],
  exits: { 0: 'allow or warn', 1: 'deny, or allow_with_approval: nobody has approved' },
  examples: [
    {
      line: 'ttp policy explain policy.json --request request.json',
      says: 'what keeps a request from being permitted',
    },
  ],
  load: () => import('../commands/policy/explain.js'),
};

const difference: Verb = {
  name: 'policy diff',
  summary: 'Find requests that two policies answer differently.',
  description: `Both policies are asked about everything that either of them names, and about what lies beside it; each change that is
shown is one that both have answered. What was not tried is said. With --layer both stand below the same policies, and
what those deny anyway is no change.`,
  arguments: [
    { name: '<before>', says: 'a policy; - for standard input' },
    { name: '<after>', says: 'the policy it is compared with' },
  ],
  options: [LAYER],
  exits: { 0: 'no request that was tried is answered differently', 1: 'one is' },
  examples: [
    { line: 'ttp policy diff policy.json changed.json', says: 'what a change opens, and what it closes' },
    { line: 'ttp policy diff - policy.json', says: 'against what git show HEAD:policy.json pipes in' },
  ],
  load: () => import('../commands/policy/diff.js'),
};

const merging: Verb = {
  name: 'policy merge',
  summary: 'Show what two policies come to when their parties negotiate, or what keeps them apart.',
  description: `The agreement permits only what both policies permit. A conflict says which requirement met which: two purposes, or a
capability that one side requires and the other does not offer.`,
  arguments: [
    { name: '<a>', says: 'a policy; - for standard input' },
    { name: '<b>', says: 'the policy of the other party' },
  ],
  exits: { 0: 'they come together', 1: 'they do not' },
  examples: [{ line: 'ttp policy merge ours.json theirs.json', says: 'what both would agree on' }],
  load: () => import('../commands/policy/merge.js'),
};

const tests: Verb = {
  name: 'policy test',
  summary: 'Run the tests of policies.',
  description: `A file of tests; reasons are codes that have to be among those given, rules are exactly those that decide:
  { "version": 1, "policy": "policy.json", "callMap": "calls.json", "tests": [
    { "name": "reads", "request": { "resource": "file:a", "action": "read", "engine": { "trustScore": 60 } },
      "expect": { "effect": "allow", "rules": ["read"] } },
    { "name": "outside", "call": { "server": "fs", "tool": "read_file", "input": { "path": "/etc/passwd" } },
      "expect": { "effect": "deny", "reasons": ["SPL_NO_PERMIT"] } } ] }
Facts that are left out are not known, and without "now" the time is not either.`,
  arguments: [{ name: '<files...>', says: 'files of tests' }],
  options: [
    { flags: '--policy <file>', says: 'the policy, instead of the one that a file names' },
    { flags: '--call-map <file>', says: 'the call map, instead of the one that a file names' },
    LAYER,
  ],
  exits: { 1: 'a test fails' },
  examples: [
    { line: 'ttp policy test policy.test.json', says: 'whether the policy still says what it should' },
  ],
  load: () => import('../commands/policy/test.js'),
};

const BUNDLE: VerbArgument = {
  name: '<bundle>',
  says: 'the bundle, from ttp trace export; - for standard input',
};

const coverage: Verb = {
  name: 'policy coverage',
  summary: 'Show which rules and conditions the tests of a policy exercise.',
  description: `A rule is covered by a request of which everything holds, a condition by one that fails there. Recorded calls of a
bundle count too, as the call map names them.`,
  arguments: [{ name: '<files...>', says: 'files of tests, as for ttp policy test' }],
  options: [
    { flags: '--policy <file>', says: 'the policy, instead of the one that a file names' },
    { flags: '--call-map <file>', says: 'the call map, instead of the one that a file names' },
    LAYER,
    { flags: '--bundle <file>', says: 'recorded calls, from ttp trace export' },
    LOG_KEY,
    {
      flags: '--min <percent>',
      says: 'what has to be covered, 0 to 100',
      default: 0,
      parse: percentage,
    },
  ],
  exits: { 1: 'less is covered than --min asks for' },
  examples: [
    { line: 'ttp policy coverage policy.test.json', says: 'what no test would notice' },
    {
      line: 'ttp policy coverage policy.test.json --min 100',
      says: 'fails where a rule or a condition has no test',
    },
  ],
  load: () => import('../commands/policy/coverage.js'),
};

const recommend: Verb = {
  name: 'policy recommend',
  summary: 'Write the narrowest policy and call map that permit the calls of a bundle.',
  description: `Record a session with ttp mcp --observe, or take the log of one that was enforced. Each rule says in its description what
it was made of. Where three files or more were seen in one folder, the rule opens what stands directly in it; nothing
else is permitted that was not seen. Sensitive calls, and calls that nobody can read, are left out and listed.

It is a draft: what was done wrong while it was recorded is permitted too.`,
  arguments: [BUNDLE],
  options: [
    { flags: '--out <file>', says: 'the policy to write; it must not exist' },
    { flags: '--call-map <file>', says: 'the call map to write; it must not exist' },
    LOG_KEY,
  ],
  examples: [
    {
      line: 'ttp policy recommend bundle.jsonl --log-key z6Mk... --out policy.json --call-map calls.json',
      says: 'a draft of what a session needed',
    },
  ],
  load: () => import('../commands/policy/recommend.js'),
};

const replay: Verb = {
  name: 'policy replay',
  summary: 'Say what a policy would have decided about the calls of a bundle.',
  description: `With the facts of that time. It is the policy's answer: assessed risk depends on what else an agent does, and
approvals on people.`,
  arguments: [{ name: '<file>', says: 'the policy' }, BUNDLE],
  options: [
    { flags: '--call-map <file>', says: 'the call map it will be used with' },
    LAYER,
    LOG_KEY,
    {
      flags: '--warn-as <effect>',
      says: 'also say which calls would change if every warn were this',
      choices: ['deny', 'allow_with_approval'],
    },
  ],
  exits: { 1: 'a call that went through would be denied' },
  examples: [
    {
      line: 'ttp policy replay policy.json bundle.jsonl --log-key z6Mk... --call-map calls.json',
      says: 'whether a session would still work',
    },
  ],
  load: () => import('../commands/policy/replay.js'),
};

const cedar: Verb = {
  name: 'policy import',
  summary: 'Write a policy from Cedar policies.',
  description: `Takes Cedar's JSON format: one policy, policies by id, or a set with staticPolicies; "cedar translate-policy" and
policyToJson of @cedar-policy/cedar-wasm write it. What SPL has no words for is an error that names it. The principal is
agent.type, agent.id and agent.*, the context is request.context.*, and what "in" asks for stands in agent.ancestors
and resource.ancestors, as Type::"id".`,
  arguments: [{ name: '<file>', says: 'Cedar policies as JSON; - for standard input' }],
  options: [
    {
      flags: '--action <name>',
      says: 'an action there is, for permits that name none; repeatable',
      repeatable: true,
    },
    { flags: '--out <file>', says: 'the policy to write; it must not exist' },
  ],
  examples: [
    {
      line: 'ttp policy import cedar.json --action read --action write --out policy.json',
      says: 'a policy that decides as Cedar does',
    },
  ],
  load: () => import('../commands/policy/import.js'),
};

const sign: Verb = {
  name: 'policy sign',
  summary: 'Sign a policy for an agent, and show its hash and serial.',
  description: `It arms wherever a roster gives the operator the privilege policy:sign: createTtp({ policy: { signed }, operators }).
A serial that is not higher than the last one of that agent is refused there.`,
  arguments: [POLICY_FILE],
  options: [
    { flags: '--agent <did>', says: 'the did:ttp of the agent that it governs', required: true },
    OPERATOR_KEY,
    { flags: '-o, --out <file>', says: 'the signed policy to write; it must not exist', required: true },
    {
      flags: '--layer <name>',
      says: 'the layer that it may be armed as, such as organisation; alone unless given',
    },
    { flags: '--serial <n>', says: 'its place among the policies of the agent', parse: positiveInteger },
    { flags: '--after <file>', says: 'the signed policy before it: the next serial, the same layer' },
    {
      flags: '--days <n>',
      says: 'how long it may be armed; without end unless given',
      parse: positiveInteger,
    },
  ],
  examples: [
    {
      line: 'ttp policy sign policy.json --agent did:ttp:agent:Qm... --operator-key ada.json --serial 1 --out signed.json',
      says: 'the first policy of an agent',
    },
    {
      line: 'ttp policy sign changed.json --agent did:ttp:agent:Qm... --operator-key ada.json --after signed.json --out next.json',
      says: 'the one that follows it',
    },
  ],
  load: () => import('../commands/policy/sign.js'),
};

export const policy: readonly Verb[] = [
  lint,
  evaluation,
  explanation,
  difference,
  merging,
  tests,
  coverage,
  recommend,
  replay,
  cedar,
  sign,
];
