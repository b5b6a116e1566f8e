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
