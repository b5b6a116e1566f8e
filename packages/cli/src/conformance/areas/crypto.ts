import { isJsonObject } from '@ttp/core';
import { fromMultikey, hex } from '@ttp/crypto';
import { type Areas, asked, present } from './asked.js';

/** Encodings, JSON and envelopes. */
export const CRYPTO_AREAS: Areas = {
  json: ({ text, bytes, profile = null, expect, code }) =>
    asked(present({ op: 'jcs', text, data: bytes, profile }), code, { canonical: expect ?? null }),
  encoding: ({ codec = null, text = null, expect, code }) =>
    asked({ op: 'encoding.decode', codec, text }, code, { data: expect ?? null }),
  password: ({ password = null, hash = null, cost, expect, code }) =>
    asked(present({ op: 'password.verify', password, hash, cost }), code, expect),
  envelope: ({ envelope, type, keys, signers, audience, now, expect, code }) => {
    const raw = Object.entries(isJsonObject(keys) ? keys : {}).map(
      ([kid, key]) => [kid, typeof key === 'string' ? hex(fromMultikey(key)) : null] as const,
    );
    const request = present({
      op: 'envelope.verify',
      text: envelope,
      type,
      keys: Object.fromEntries(raw),
      signers,
      // Where the case has none, nobody in particular reads; the operation would take the one in the envelope.
      audience: code === 'CRYPTO_ENVELOPE_AUDIENCE' ? (audience ?? null) : audience,
      now,
    });
    if (typeof code === 'string') return { request, result: { valid: false, code } };
    return { request, result: { valid: true, id: isJsonObject(expect) ? (expect['id'] ?? null) : null } };
  },
};
