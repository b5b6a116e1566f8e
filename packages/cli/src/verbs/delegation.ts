import { moneyAmount, utcTime, wholeNumber } from '../arguments.js';
import type { Verb, VerbOption } from '../verb.js';
import { KNOWN_STORE, WITH } from './identity-options.js';
import { OPERATORS, SHARED_STORE } from './shared.js';

const CHAIN: VerbOption = {
  flags: '--chain <file>',
  says: 'the chain, from whoever began it to the agent that acts by it',
  required: true,
};
const ROSTER: VerbOption = {
  flags: OPERATORS.flags,
  says: 'the roster that an operator who began it stands on',
};
const GRANT: VerbOption = {
  flags: '--grant <file>',
  says: 'what an operator granted to the agent that began it, a ttp/grant@1; repeatable',
  repeatable: true,
};
const KEY: VerbOption = {
  flags: '--key <file>',
  says: 'who signs: the identity file of an agent, or the key of an operator',
  required: true,
};

const sign: Verb = {
  name: 'delegation sign',
  summary: 'Give an agent leave to act: the first link of a chain, or the next one.',
  description: `An operator with policy:sign begins a chain, or an agent with what operators granted it. Every further link is signed
by the agent of the one before, which needs the capability agent:delegate there, and allows no more.`,
  options: [
    KEY,
    { flags: '--to <did>', says: 'the agent that gets leave', required: true },
    { flags: '--capability <name>', says: 'what it may use; repeatable', repeatable: true },
    {
      flags: '--resource <pattern>',
      says: 'what it may act on, as in a policy; repeatable',
      repeatable: true,
    },
    {
      flags: '--budget <amount>',
      says: 'what it and those below it may spend in all, in the main unit',
      default: 0,
      parse: moneyAmount,
    },
    { flags: '--currency <code>', says: 'the currency of the budget', default: 'USD' },
    { flags: '--depth <n>', says: 'how many more links may follow', default: 0, parse: wholeNumber },
    { flags: '--until <time>', says: 'when it ends, UTC', required: true, parse: utcTime },
    { flags: CHAIN.flags, says: 'the chain by which the signer acts' },
    { flags: '-o, --out <file>', says: 'where the chain is written', required: true },
  ],
  examples: [
    {
      line: "ttp delegation sign --key ada.key.json --to did:ttp:agent:Qm... --capability payment:process --resource 'bank:accounts/7/*' --budget 20 --until 2026-12-31 --out chain.json",
      says: 'an operator lets an agent pay from one account',
    },
  ],
  load: async () => ({ run: (await import('../commands/delegation.js')).sign }),
};

const show: Verb = {
  name: 'delegation show',
  summary: 'Verify a chain of delegations, and show what it allows.',
  options: [CHAIN, ROSTER, GRANT, KNOWN_STORE, WITH],
  examples: [
    {
      line: 'ttp delegation show --chain chain.json --operators ops.json --with planner.json',
      says: 'what may the last agent do, and by whose leave?',
    },
  ],
  load: async () => ({ run: (await import('../commands/delegation.js')).show }),
};

const revoke: Verb = {
  name: 'delegation revoke',
  summary: 'End a link of a chain for good, and all that follow it, wherever the storage is shared.',
  description:
    'Whoever signed that link or one before it may, and every operator with kill:order or policy:sign.',
  options: [
    SHARED_STORE,
    CHAIN,
    {
      flags: '--link <n>',
      says: 'which one, from 1; the first unless given',
      default: 1,
      parse: wholeNumber,
    },
    KEY,
    ROSTER,
    GRANT,
    WITH,
  ],
  examples: [
    {
      line: 'ttp delegation revoke --store ttp.db --chain chain.json --key ada.key.json --operators ops.json',
      says: 'take back everything that was given away by it',
    },
  ],
  load: async () => ({ run: (await import('../commands/delegation.js')).revoke }),
};

export const delegation: readonly Verb[] = [sign, show, revoke];
