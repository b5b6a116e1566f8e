import type { VerbArgument, VerbOption } from '../verb.js';

/** Options that several verbs have, each in one wording. */
export const STORE: VerbOption = {
  flags: '--store <file>',
  says: 'the storage of the enforcement point',
  required: true,
};
export const SHARED_STORE: VerbOption = {
  flags: '--store <file>',
  says: 'the storage that the enforcement points share',
  required: true,
};
export const AGENT: VerbOption = { flags: '--agent <did>', says: 'the agent; * for all', required: true };
export const OPERATOR_KEY: VerbOption = {
  flags: '--operator-key <file>',
  says: 'the key of the operator',
  required: true,
};
export const OPERATORS: VerbOption = {
  flags: '--operators <file>',
  says: 'the roster that the operator stands on',
  required: true,
};
export const POLICY_FILE: VerbArgument = { name: '<file>', says: 'the policy; - for standard input' };
