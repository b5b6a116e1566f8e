import type { Json, JsonObject } from '@ttp/core';
import { type Area, type Areas, asked, present, UNREADABLE } from './asked.js';

/** The scores: the report of the package is part of the answer. */
export const SCORE_AREAS: Areas = {
  'score/trust': area('score.trust', () => 0),
  'score/isnad': area('score.isnad', ({ now }) => now),
  'score/tool': area('score.tool', () => 0),
  'score/service': area('score.service', () => 0),
};

function area(op: string, now: (one: JsonObject) => Json | undefined): Area {
  return (one) => {
    const { facts = null, expect, code } = one;
    const request = present({ op, facts, now: now(one) });
    return typeof code === 'string'
      ? { request, codes: [code, UNREADABLE] }
      : { ...asked(request, undefined, { report: expect ?? null }), isPart: true };
  };
}
