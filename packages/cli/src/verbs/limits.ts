import type { Verb } from '../verb.js';
import { SHARED_STORE } from './shared.js';

export const limits: Verb = {
  name: 'limits',
  summary: 'Show what is used of the rates of agents, and where the breakers of tools stand.',
  description: `What is shown is what the storage has: rates that its enforcement points count in it, as they do unless they are told
otherwise, and breakers that they share. Rates in memory or in Redis, and breakers of one process, are not in it; the
log says of each breaker that it opened. With --policy the rate that it offers stands beside what is used of it.`,
  options: [
    SHARED_STORE,
    { flags: '--policy <file>', says: 'the policy in force, for the rate that it offers' },
    { flags: '--agent <did>', says: 'rates of this agent alone' },
  ],
  exits: { 0: 'every breaker lets calls through', 1: 'a breaker is open' },
  examples: [
    { line: 'ttp limits --store ttp.db --policy policy.json', says: 'how near is the limit?' },
    { line: 'ttp limits --store ttp.db --json', says: 'the same for machines' },
  ],
  load: () => import('../commands/limits.js'),
};
