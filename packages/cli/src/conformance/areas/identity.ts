import { isJsonObject } from '@ttp/core';
import { type Areas, asked } from './asked.js';

/** Identifiers and key logs. */
export const IDENTITY_AREAS: Areas = {
  'did/parse': ({ did = null, expect, code }) => {
    const method = isJsonObject(expect) ? (expect['method'] ?? null) : null;
    return { ...asked({ op: 'did.parse', did }, code, { method, canonical: did }), isPart: true };
  },
  'did/key-log': ({ entries = null, parents, expect, code }) =>
    parents === undefined ? asked({ op: 'did.log', entries }, code, expect) : undefined,
};
