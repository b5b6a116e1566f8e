import { isJsonObject } from '@ttp/core';
import { type Areas, asked, present, UNREADABLE } from './asked.js';

/** Policies, decisions, and what looks for data that may not leave. */
export const DECISION_AREAS: Areas = {
  'spl/match': ({ pattern = null, resource = null, expect, code }) =>
    asked({ op: 'spl.match', pattern, resource }, code, { matches: expect ?? null }),
  'spl/load': ({ policy = null, code }) => {
    const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
    return { ...asked({ op: 'spl.load', text }, code, {}), isPart: true };
  },
  'spl/verdicts': async ({ policy, request, expect }, read) => {
    if (!isJsonObject(request) || typeof policy !== 'string') return undefined;
    const { now, ...rest } = request;
    const text = await read(`spl/${policy}`);
    return {
      request: present({ op: 'spl.evaluate', text, request: rest, now }),
      result: expect,
      isPart: true,
    };
  },
  'pnp/merge': ({ a = null, b = null, expect, code }) => {
    const request = { op: 'pnp.merge', a: JSON.stringify(a), b: JSON.stringify(b) };
    const { agreement, ...conflicts } = isJsonObject(expect) ? expect : {};
    return { ...asked(request, code, agreement ?? conflicts), isPart: true };
  },
  'pnp/step': ({ state = null, event = null, expect, code }) =>
    asked({ op: 'pnp.step', state, event }, code, expect),
  'tre/decide': ({ interaction, evidence, policy, thresholds, expect, code }) => {
    const request = present({ op: 'tre.decide', interaction, evidence, policy, thresholds });
    if (typeof code === 'string') return { request, codes: [code, UNREADABLE] };
    const { outcome = null, score = null, level = null } = isJsonObject(expect) ? expect : {};
    return { request, result: { v: 1, outcome, risk: { score, level } }, isPart: true };
  },
  dlp: ({ parts, expect = null }) => ({
    request: { op: 'dlp.scan', text: Array.isArray(parts) ? parts.join('') : '' },
    result: { findings: expect },
  }),
};
