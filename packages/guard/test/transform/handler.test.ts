import { HANDLER_ORDER, type JsonObject, type Obligation } from '@ttp/core';
import { utf8 } from '@ttp/crypto';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { transformHandler } from '../../src/index.js';
import { interaction } from '../interaction.js';

const handler = transformHandler();
const obligation = (params: JsonObject): Obligation => ({ kind: 'transform', from: 'rule:r1', params });
const after = async (params: JsonObject, value: unknown): Promise<unknown> =>
  handler.after?.(obligation(params), value, interaction());

async function* chunks(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield utf8(part);
}

async function through(params: JsonObject, ...parts: readonly string[]): Promise<string> {
  let text = '';
  for await (const chunk of handler.through?.(obligation(params), chunks(...parts), interaction()) ?? [])
    text += new TextDecoder().decode(chunk);
  return text;
}

describe('transformHandler', () => {
  it('is the handler of transform obligations', () => {
    expect([handler.kind, handler.order]).toEqual(['transform', HANDLER_ORDER.transform]);
  });

  it('refuses what nobody could fulfil before anything happens', () => {
    expect(handler.check(obligation({ redact: ['a'] }), interaction())).toBeUndefined();
    expect(handler.check(obligation({ encrypt: ['a'] }), interaction())).toBe('GUARD_OBLIGATION_INVALID');
  });

  it('transforms what leaves, and marks it with the interaction', async () => {
    proves('guard.transform.output');
    const { agent, trace, id } = interaction();
    expect(await after({ redact: ['cvv'], watermark: true }, { cvv: 1, a: 2 })).toEqual({
      a: 2,
      _watermark: `TTP ${agent} ${trace} ${id}`,
    });
  });

  it.each([
    ['bytes', new Uint8Array(3), 'GUARD_NOT_JSON'],
    ['a class instance', new Date(0), 'GUARD_NOT_JSON'],
    ['a promise', Promise.resolve(1), 'GUARD_NOT_JSON'],
    ['text', 'cvv 123', 'GUARD_TRANSFORM_PATH'],
  ])('withholds %s', async (_what, value, code) => {
    expect(await codeRejectedBy(after({ redact: ['cvv'] }, value))).toBe(code);
  });

  it('transforms a stream as one text, or withholds it', async () => {
    expect(await through({ redact: ['cvv'] }, '{"a":1,"c', 'vv":2}')).toBe('{"a":1}');
    expect(await through({ addFooter: 'C' }, 'a', 'b')).toBe('ab\n\nC');
    expect(await codeRejectedBy(through({ redact: ['cvv'] }, 'cvv: ', '2'))).toBe('GUARD_TRANSFORM_PATH');
  });

  it('lets nothing be nothing', async () => {
    expect(await after({ redact: ['cvv'] }, undefined)).toBeUndefined();
  });
});
