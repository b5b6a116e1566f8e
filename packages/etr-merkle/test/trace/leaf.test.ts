import { asHash, type TtpEvent } from '@ttp/core';
import { canonicalize, fromUtf8, utf8 } from '@ttp/crypto';
import { codeThrownBy } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { leafBytes, parseLeaf, prepareLeaf } from '../../src/trace/leaf.js';
import { event } from './fixture.js';

const first = { agentSeq: 0, agentPrev: null, traceSeq: 0 };
const PREV = asHash(`sha256:${'a1'.repeat(32)}`);
const sized = (n: number) => event('decision-made', { data: { text: 'x'.repeat(n) } });
const codeOfEvent = (wrong: unknown) => codeThrownBy(() => Reflect.apply(prepareLeaf, undefined, [wrong]));

describe('a leaf', () => {
  it('is the canonical JSON of the event and its position', () => {
    const position = { agentSeq: 7, agentPrev: PREV, traceSeq: 3 };
    const full = event('decision-made', {
      subject: 'a "quoted" \u2028 subject',
      data: { b: [1, 2.5], a: { c: 'ü' } },
    });
    const bytes = leafBytes(prepareLeaf(full), position);
    expect(fromUtf8(bytes)).toBe(canonicalize({ v: 1, ...full, ...position }));
    expect(parseLeaf(bytes)).toEqual({ v: 1, ...full, ...position });
  });

  it('has at most 64 KiB', () => {
    const most = 65_536 - leafBytes(prepareLeaf(sized(0)), first).length;
    expect(codeThrownBy(() => prepareLeaf(sized(most + 1)))).toBe('ETR_LEAF_TOO_LARGE');
    // Near the limit no position can push it over.
    const far = { agentSeq: Number.MAX_SAFE_INTEGER, agentPrev: PREV, traceSeq: Number.MAX_SAFE_INTEGER };
    let n = most;
    while (codeThrownBy(() => prepareLeaf(sized(n))) !== undefined) n--;
    expect(most - n).toBeLessThan(160);
    expect(leafBytes(prepareLeaf(sized(n)), far).length).toBeLessThanOrEqual(65_536);
  });

  it('counts bytes of UTF-8, not characters', () => {
    expect(
      codeThrownBy(() => prepareLeaf(event('decision-made', { data: { text: '€'.repeat(22_000) } }))),
    ).toBe('ETR_LEAF_TOO_LARGE');
  });

  it('is refused for an event with a member of the wrong kind', () => {
    const good: TtpEvent = event('decision-made');
    const wrong: [string, unknown][] = [
      ['agent', 'agent'],
      ['trace', '0'.repeat(32)],
      ['trace', 'ABCDEF0123456789abcdef0123456789'],
      ['component', ''],
      ['component', 'x'.repeat(65)],
      ['type', 'something-else'],
      ['at', 1.5],
      ['at', -1],
      ['at', '1'],
      ['subject', 7],
      ['data', null],
      ['data', []],
      ['data', 'text'],
    ];
    for (const [member, value] of wrong)
      expect([member, codeOfEvent({ ...good, [member]: value })]).toEqual([member, 'ETR_BAD_EVENT']);
  });

  it('is refused for data that could not be read back', () => {
    let deep: unknown = 1;
    for (let n = 0; n < 30; n++) deep = { deep };
    const refusals: [unknown, string][] = [
      [{ deep }, 'ETR_BAD_EVENT'],
      [{ n: 2 ** 53 }, 'ETR_BAD_EVENT'],
      [{ n: Number.NaN }, 'CRYPTO_JSON_NUMBER_RANGE'],
      [{ n: undefined }, 'CRYPTO_JSON_NOT_PLAIN'],
      [{ n: new Date(0) }, 'CRYPTO_JSON_NOT_PLAIN'],
      [{ n: '\ud800' }, 'CRYPTO_JSON_LONE_SURROGATE'],
      [JSON.parse('{"__proto__":1}'), 'CRYPTO_JSON_FORBIDDEN_KEY'],
    ];
    for (const [data, code] of refusals) expect(codeOfEvent({ ...event('decision-made'), data })).toBe(code);
    let fits: unknown = 1;
    for (let n = 0; n < 28; n++) fits = { fits };
    const bytes = leafBytes(
      prepareLeaf({ ...event('decision-made'), data: JSON.parse(JSON.stringify({ fits })) }),
      first,
    );
    expect(parseLeaf(bytes).data).toEqual({ fits });
  });

  it('is read strictly: one form, every member, none besides', () => {
    const text = fromUtf8(leafBytes(prepareLeaf(event('decision-made')), first));
    const wrong = [
      '',
      '[]',
      'null',
      `${text} `,
      text.replace('{', '{ '),
      text.replace('"v":1', '"v":2'),
      text.replace('"v":1', '"v":1,"w":1'),
      text.replace('"agentSeq":0,', ''),
      text.replace('"agentSeq":0', '"agentSeq":-1'),
      text.replace('"agentSeq":0', '"agentSeq":1'),
      text.replace('"agentPrev":null', `"agentPrev":"${PREV}"`),
      text.replace('"agentPrev":null', '"agentPrev":"x"'),
      text.replace('"traceSeq":0', '"traceSeq":0.5'),
      text.replace('decision-made', 'decision-maid'),
      text.replace('"data":{}', '"data":{"a":1,"a":1}'),
      text.replace('"at":1700000000000', '"at":1.7e12'),
    ];
    for (const bad of wrong)
      expect([bad, codeThrownBy(() => parseLeaf(utf8(bad)))]).toEqual([bad, 'ETR_BAD_LEAF']);
    expect(codeThrownBy(() => parseLeaf(Uint8Array.of(0xff)))).toBe('ETR_BAD_LEAF');
    expect(codeThrownBy(() => parseLeaf(new Uint8Array(70_000).fill(0x20)))).toBe('ETR_BAD_LEAF');
  });
});
