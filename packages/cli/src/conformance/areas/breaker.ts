import { type Areas, asked, present } from './asked.js';

/** The breakers of tools and of agents. */
export const BREAKER_AREAS: Areas = {
  'breaker/tool': ({ state, event, expect, code }) =>
    asked(present({ op: 'breaker', state, event }), code, expect),
  'breaker/agent': ({ state, event, options, expect, code }) =>
    asked(present({ op: 'breaker', kind: 'agent', state, event, options }), code, expect),
};
