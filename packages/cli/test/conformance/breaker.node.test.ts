import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { parseJson, utf8 } from '@ttp/crypto';
import { vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { operations } from '../../src/conformance/operations.js';
import { answer } from '../../src/conformance/protocol.js';

const OPERATIONS = operations();

async function ask(args: object): Promise<JsonObject | string> {
  const line = await answer(utf8(JSON.stringify({ id: 0, op: 'breaker', ...args })), OPERATIONS);
  const { result, error } = Object(parseJson(line, { profile: 'foreign' }));
  return isJsonObject(result) ? result : String(error.code);
}

interface Case {
  readonly kind?: string;
  readonly options?: JsonObject;
  readonly state: Json;
  readonly event: Json;
  readonly expect?: JsonObject;
  readonly code?: string;
}

describe('the breakers, through the protocol', () => {
  it.each(['breaker/tool', 'breaker/agent'])('%s', async (area) => {
    for (const { name, kind, options, state, event, expect: expected, code } of vectors<Case>(area))
      expect(await ask({ kind, options, state, event }), name).toEqual(expected ?? code);
  });

  it('goes from one state to the next, from a new breaker on', async () => {
    let state: Json | undefined;
    const said: Json[] = [];
    for (let i = 0; i < 10; i++) {
      const after = await ask({ state, event: { type: i < 4 ? 'success' : 'failure', now: i, ms: 5 } });
      if (!isJsonObject(after)) throw new Error(after);
      state = after['state'];
      said.push(after['emitted'] ?? null);
    }
    expect(state).toEqual({ at: 'open', why: 'errors', deadline: 30_009 });
    expect(said.flat()).toEqual([{ do: 'opened', why: 'errors', until: 30_009 }]);
    const again = await ask({ state, event: { type: 'ask', now: 30_009 } });
    expect(again).toMatchObject({
      state: { at: 'half-open' },
      emitted: [{ do: 'half-opened' }, { do: 'admit', probe: true }],
    });
  });

  it('answers a state by its name where it was given by its name', async () => {
    expect(await ask({ state: 'CLOSED', event: 'ask' })).toMatchObject({ state: 'CLOSED' });
    expect(await ask({ state: 'open', event: 'ask' })).toEqual({
      state: 'open',
      emitted: [{ do: 'refuse', code: 'GUARD_BREAKER_OPEN', retryMs: 30_000 }],
    });
    expect(await ask({ state: 'OPEN', event: { type: 'tick', now: 30_000 } })).toMatchObject({
      state: 'HALF-OPEN',
    });
    expect(await ask({ state: 'HALF-OPEN', event: 'failure' })).toMatchObject({ state: 'OPEN' });
  });

  it.each([
    [{ event: 'explode' }],
    [{ state: 'AJAR', event: 'tick' }],
    [{ state: 7, event: 'tick' }],
    [{ state: [], event: 'tick' }],
    [{}],
    [{ event: 5 }],
    [{ kind: 'house', event: 'tick' }],
    [{ event: { type: 'ask', id: 5 } }],
    [{ event: { type: 'success', ms: 0.5 } }],
    [{ event: { type: 'success', ms: 1, jitterMs: -1 } }],
    [{ event: { type: 'success', authenticated: 'yes' } }],
    [{ kind: 'agent', event: 'ask' }],
    [{ kind: 'agent', options: 'strict', event: 'tick' }],
    [{ kind: 'agent', state: 'closed', event: 'tick' }],
    [{ kind: 'agent', event: { type: 'score' } }],
  ])('refuses %j', async (args) => {
    expect(await ask(args)).toBe('CONFORMANCE_BAD_REQUEST');
  });
});
