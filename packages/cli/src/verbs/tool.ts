import type { Verb } from '../verb.js';

export const demo: Verb = {
  name: 'demo',
  summary: 'Run the demonstration: a real MCP client, guarded, on the official filesystem server.',
  description: 'It stands in the repository (examples/guarded-agent); an installed ttp says so.',
  examples: [{ line: 'ttp demo', says: 'the guarded agent, end to end' }],
  load: () => import('../commands/demo.js'),
};

export const conformance: Verb = {
  name: 'conformance',
  summary: 'Answer the conformance protocol: one JSON request a line in, one answer a line out.',
  examples: [
    {
      line: `echo '{"id":1,"op":"sha256","data":"616263"}' | ttp conformance`,
      says: 'one hash',
    },
  ],
  isProtocol: true,
  load: () => import('../commands/conformance.js'),
};

export const completion: Verb = {
  name: 'completion',
  summary: 'Print the completion of a shell: verbs, options, their values, and files.',
  description: `For bash: source <(ttp completion bash), in ~/.bashrc to keep it. For zsh the same after compinit, or write it to a
file named _ttp on the fpath.`,
  arguments: [{ name: '<shell>', says: 'which shell', choices: ['bash', 'zsh'] }],
  examples: [
    { line: 'source <(ttp completion bash)', says: 'in this shell' },
    { line: 'ttp completion zsh > ~/.zfunc/_ttp', says: 'for every zsh to come' },
  ],
  isProtocol: true,
  load: () => import('../commands/completion.js'),
};

export const doctor: Verb = {
  name: 'doctor',
  summary: 'Look at what an enforcement point needs, and say what stands in its way.',
  description: `Node, the identity file and who may read it, the storage, the audit log against its tree head, the clock against the
log, the kill record, the policy and its findings, whether call map and policy speak of the same actions, the
self-test, the roster. What is not named is skipped. Nothing is written. The log is read with TTP_PASSPHRASE or
--log-key.`,
  options: [
    { flags: '--identity <file>', says: 'the identity' },
    { flags: '--store <file>', says: 'the storage' },
    { flags: '--log-key <key>', says: 'the log key, <did>=z6Mk..., where no passphrase is at hand' },
    { flags: '--policy <file>', says: 'the policy' },
    { flags: '--call-map <file>', says: 'the call map it is used with' },
    { flags: '--operators <file>', says: 'the roster' },
  ],
  exits: { 1: 'something stands in the way' },
  examples: [
    {
      line: 'ttp doctor --identity agent.json --store ttp.db --policy policy.json --call-map calls.json',
      says: 'everything that ttp mcp takes',
    },
  ],
  load: () => import('../commands/doctor.js'),
};

export const version: Verb = {
  name: 'version',
  summary: 'Show the version of ttp and of what it runs on.',
  examples: [{ line: 'ttp version', says: 'for a report' }],
  load: () => import('../commands/version.js'),
};
