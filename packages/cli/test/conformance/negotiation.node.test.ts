import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { parseJson, utf8 } from '@ttp/crypto';
import { vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { operations } from '../../src/conformance/operations.js';
import { answer } from '../../src/conformance/protocol.js';

const OPERATIONS = operations();

async function ask(op: string, args: object): Promise<JsonObject | string> {
  const line = await answer(utf8(JSON.stringify({ id: 0, op, ...args })), OPERATIONS);
  const { result, error } = Object(parseJson(line, { profile: 'foreign' }));
  return isJsonObject(result) ? result : String(error.code);
}

describe('the negotiation, through the protocol', () => {
  it('pnp.merge', async () => {
    const cases = vectors<{ a: Json; b: Json; expect?: { agreement?: JsonObject }; code?: string }>(
      'pnp/merge',
    );
    for (const { name, a, b, expect: expected, code } of cases) {
      const merged = await ask('pnp.merge', { a: JSON.stringify(a), b: JSON.stringify(b) });
      if (code !== undefined) expect(merged, name).toBe(code);
      else if (expected?.agreement !== undefined)
        expect(merged, name).toEqual({ ...expected.agreement, hash: expect.stringMatching(/^sha256:/) });
      else expect(merged, name).toEqual(expected);
    }
  });

  it('pnp.step', async () => {
    const cases = vectors<{ state: Json; event: Json; expect: JsonObject }>('pnp/step');
    for (const { name, state, event, expect: expected } of cases)
      expect(await ask('pnp.step', { state, event }), name).toEqual(expected);
  });

  it.each([
    ['pnp.step', { state: 'WAITING', event: 'accept' }],
    ['pnp.step', { state: 'IDLE', event: 'begin' }],
    ['pnp.step', { event: 'accept' }],
    ['pnp.step', { state: { at: 'OFFERING', round: -1 }, event: 'accept' }],
    ['pnp.step', { state: { at: 'OFFERING', deadline: '1' }, event: 'accept' }],
    ['pnp.step', { state: 'OFFERING', event: { type: 'accept', now: 0.5 } }],
    ['pnp.step', { state: 'OFFERING', event: { type: 'error', code: 'oops' } }],
    ['pnp.merge', { a: '{}' }],
    ['pnp.merge', { a: {}, b: {} }],
  ])('%s refuses what it cannot read: %j', async (op, args) => {
    expect(await ask(op, args)).toBe('CONFORMANCE_BAD_REQUEST');
  });
});
