import type { Verb } from '../verb.js';
import { OPERATOR_KEY, OPERATORS, STORE } from './shared.js';

const list: Verb = {
  name: 'tools list',
  summary: 'Show the tools in quarantine, with the definition that an operator has to judge.',
  description: `A tool that changed, appeared or was taken over from another server is neither listed nor called. Its definition is the
word of its server: characters that people do not see are written out.`,
  options: [STORE],
  examples: [{ line: 'ttp tools list --store ttp.db', says: 'what waits for a release' }],
  load: async () => ({ run: (await import('../commands/tools.js')).list }),
};

const release: Verb = {
  name: 'tools release',
  summary:
    'Order a tool out of quarantine: exactly the definition of a digest, by an operator with policy:sign.',
  description:
    'The order goes into the storage. A running gateway takes it before its next call, another one when it starts.',
  arguments: [{ name: '<tool>', says: 'the tool, from ttp tools list' }],
  options: [
    STORE,
    { flags: '--server <name>', says: 'the server of the tool', required: true },
    { flags: '--digest <hash>', says: 'the definition that was judged, from ttp tools list', required: true },
    { ...OPERATORS, says: 'the roster that the operator stands on, with policy:sign' },
    OPERATOR_KEY,
  ],
  examples: [
    {
      line: 'ttp tools release search --server wiki --digest sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --store ttp.db --operators ops.json --operator-key ada.key.json',
      says: 'use the changed tool again',
    },
  ],
  load: async () => ({ run: (await import('../commands/tools.js')).release }),
};

export const tools: readonly Verb[] = [list, release];
