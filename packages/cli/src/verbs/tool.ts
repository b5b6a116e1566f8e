import type { Verb } from '../verb.js';

export const demo: Verb = {
  name: 'demo',
  summary: 'Run the demonstration: a real MCP client, guarded, on the official filesystem server.',
  description: 'It stands in the repository (examples/guarded-agent); an installed ttp says so.',
  examples: [{ line: 'ttp demo', says: 'the guarded agent, end to end' }],
  load: () => import('../commands/demo.js'),
};

const protocol: Verb = {
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

const check: Verb = {
  name: 'conformance check',
  summary: 'Run published test vectors against this installation, or against another one.',
  description: `A folder of vectors is conformance/vectors of the repository; cases without an operation of the protocol are counted
and left out. A file holds cases as the folder protocol has them: { "name", "request", "expect" } or "code". The other
installation, of any language, is a command after -- that answers the protocol on standard input and output.`,
  arguments: [
    { name: '<vectors>', says: 'a folder of vectors, or one file' },
    { name: '[command...]', says: 'the installation and its arguments, after --; this one unless given' },
  ],
  exits: { 1: 'a case is answered otherwise than published' },
  examples: [
    { line: 'ttp conformance check conformance/vectors', says: 'does this installation conform?' },
    {
      line: 'ttp conformance check conformance/vectors -- python3 adapter.py',
      says: 'does that one?',
    },
  ],
  load: () => import('../commands/conformance-check.js'),
};

export const conformance: readonly Verb[] = [protocol, check];

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
