import type { Json, JsonObject, Outcome } from '@ttp/core';
import { hashJson } from '@ttp/crypto';
import { VALUE_MAX_UNITS } from '@ttp/guard';
import { proves } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';
import { closeAll, POLICY, rig } from './rig.js';

afterEach(closeAll);

const REDACTING: JsonObject = { ...POLICY, outputTransformations: { redact: ['card.number', 'cvv'] } };

async function* stream(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array([1]);
}

it('what is redacted is redacted wherever it stands, before it is logged or leaves; what cannot be looked through does not leave', async () => {
  proves('flaw.P15');
  const r = await rig({ policy: REDACTING });
  const read = (result: unknown): Promise<Outcome<unknown>> =>
    r.ttp.a2t({ tool: 'read_file', input: { path: 'data/a' } }, async () => result);
  const cards = { card: { number: '1', name: 'n' }, cvv: '2' };
  const clean = { card: { name: 'n' } };
  const changed: readonly (readonly [Json, Json])[] = [
    [cards, clean],
    [
      [cards, [cards]],
      [clean, [clean]],
    ],
    [{ data: { items: [cards] } }, { data: { items: [clean] } }],
    [{ card: [{ number: '1' }, { number: '2' }] }, { card: [{}, {}] }],
    [{ text: JSON.stringify(cards) }, { text: JSON.stringify(clean) }],
    [JSON.stringify([cards]), JSON.stringify([clean])],
  ];
  for (const [result, expected] of changed) {
    const outcome = await read(result);
    expect(outcome.status).toBe('done');
    expect(Reflect.get(outcome, 'value')).toEqual(expected);
  }
  const withheld: readonly (readonly [unknown, string])[] = [
    ['card number 1', 'GUARD_TRANSFORM_PATH'],
    ['{"card":{"number":"1"}', 'GUARD_NOT_JSON'],
    ['{"cvv":"1","cvv":"2"}', 'GUARD_NOT_JSON'],
    [{ card: 'number 1' }, 'GUARD_TRANSFORM_PATH'],
    [new Map([['cvv', '1']]), 'GUARD_NOT_JSON'],
    [{ text: 'x'.repeat(VALUE_MAX_UNITS) }, 'GUARD_VALUE_TOO_LARGE'],
    [stream(), 'SDK_STREAM_RESULT'],
  ];
  for (const [result, code] of withheld) {
    const outcome = await read(result);
    expect(outcome).toMatchObject({ status: 'withheld', code });
    expect(outcome).not.toHaveProperty('value');
  }
  await r.clock.advance(1000);
  const logged = r.entries.flatMap(({ type, data }) => (type === 'effect-finished' ? [data] : []));
  expect(logged.map(({ status }) => status)).toEqual([
    ...changed.map(() => 'done'),
    ...withheld.map(() => 'withheld'),
  ]);
  const raw = new Set<unknown>(changed.map(([result]) => hashJson(result)));
  expect(logged.filter(({ result }) => raw.has(result))).toEqual([]);
  expect(logged.slice(changed.length).filter(({ result }) => result !== undefined)).toEqual([]);
  expect(await r.ttp.exportBundle()).not.toContain('"number');
});
