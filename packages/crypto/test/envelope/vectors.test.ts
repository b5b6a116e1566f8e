import type { Did } from '@ttp/core';
import { codeThrownBy, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  createReplayGuard,
  decodeEnvelope,
  type EnvelopeType,
  encodeEnvelope,
  envelopeId,
  fromMultikey,
  type SignersRule,
  utf8,
  type Verified,
  verifyEnvelope,
} from '../../src/index.js';

/** A wire text, and how its reader verifies it; every reader has a replay guard without a past. */
interface EnvelopeCase {
  readonly envelope: string;
  readonly type: EnvelopeType;
  readonly now: number;
  readonly audience?: Did;
  /** Multikeys by key id. */
  readonly keys: Readonly<Record<string, string>>;
  readonly signers?: SignersRule;
  readonly expect?: { readonly id: string; readonly signers: readonly string[] };
  readonly code?: string;
}

function verify(test: EnvelopeCase, input: Parameters<typeof verifyEnvelope>[0]): Verified<unknown> {
  const { type, now, audience, keys, signers } = test;
  return verifyEnvelope(input, {
    type,
    now,
    parse: (body) => body,
    keyOf: (kid) => (Object.hasOwn(keys, kid) ? fromMultikey(keys[kid] ?? '') : undefined),
    replay: createReplayGuard({ bootAt: 0 }),
    ...(audience === undefined ? {} : { audience }),
    ...(signers === undefined ? {} : { signers: () => signers }),
  });
}

describe('the golden envelopes', () => {
  it.each(vectors<EnvelopeCase>('envelope'))('$name', (test) => {
    proves('crypto.envelope', 'crypto.sign.purpose', 'decision.D7', 'crypto.validation.signature');
    const { envelope, code, expect: expected } = test;
    expect(codeThrownBy(() => verify(test, utf8(envelope)))).toBe(code);
    expect(codeThrownBy(() => verify(test, envelope))).toBe(code);
    if (expected === undefined) return;
    const { id, signers } = verify(test, envelope);
    expect({ id, signers }).toEqual(expected);
    const decoded = decodeEnvelope(envelope);
    expect(verify(test, decoded).id).toBe(id);
    expect(envelopeId(decoded)).toBe(id);
    expect(encodeEnvelope(decoded)).toBe(envelope);
  });
});
