import type { Verb, VerbGroup } from '../verb.js';
import { trace, verify } from './audit.js';
import { budget } from './budget.js';
import { decide, replay } from './decision.js';
import { delegation } from './delegation.js';
import { did } from './did.js';
import { mcp, mcpServer, selfTest } from './enforce.js';
import { init, keygen } from './identity.js';
import { key } from './key.js';
import { limits } from './limits.js';
import { kill, reinstate, review, status } from './oversight.js';
import { policy } from './policy.js';
import { store } from './store.js';
import { completion, conformance, demo, doctor, version } from './tool.js';
import { tools } from './tools.js';
import { trust } from './trust.js';

/** Every verb, in the order of the help and of the README. */
export const GROUPS: readonly VerbGroup[] = [
  { heading: 'Identities and keys', verbs: [init, keygen, ...key, ...did] },
  { heading: 'Reputation', verbs: trust },
  { heading: 'Policies', verbs: [...policy, decide, selfTest] },
  { heading: 'Enforcement', verbs: [mcp, mcpServer] },
  {
    heading: 'Operators',
    verbs: [...review, ...tools, ...budget, limits, ...delegation, kill, reinstate, status],
  },
  { heading: 'The audit log', verbs: [...trace, ...verify, replay] },
  { heading: 'Storage', verbs: store },
  { heading: 'This tool', verbs: [doctor, completion, version, demo, ...conformance] },
];

export const VERBS: readonly Verb[] = GROUPS.flatMap(({ verbs }) => verbs);

/** What the verbs below a first word have in common, for the help above them. */
export const FAMILIES: Readonly<Record<string, string>> = {
  key: 'Create, show, rotate, export and re-encrypt keys.',
  did: 'Create, resolve, verify, rotate, recover, revoke and name identities.',
  trust: 'Sign receipts of sessions, attest, retract, share, vouch and show reputation.',
  policy: 'Check, evaluate, explain, compare, test and recommend policies.',
  review: 'List and decide the reviews that wait for an operator.',
  budget: 'Show and set what agents may spend.',
  delegation: 'Give agents leave to act, verify it and take it back.',
  tools: 'List and release the tools in quarantine.',
  trace: 'Work with the audit log.',
  store: 'Move, back up and restore storages.',
};
