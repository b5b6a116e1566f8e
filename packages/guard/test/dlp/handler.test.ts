import { HANDLER_ORDER, type Label, type Obligation, TtpError } from '@ttp/core';
import { utf8 } from '@ttp/crypto';
import { codeRejectedBy } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { dlpHandler } from '../../src/dlp/index.js';
import { VALUE_MAX_UNITS } from '../../src/limits.js';
import { interaction } from '../interaction.js';
import { API_KEY, AWS_KEY, CARD, SSN } from './samples.js';

const OBLIGATION: Obligation = { kind: 'dlp', from: 'profile:a2t', params: {} };
const handler = dlpHandler();
const after = async (value: unknown): Promise<unknown> => handler.after?.(OBLIGATION, value, interaction());

async function* chunks(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? utf8(part) : part;
}

async function through(...parts: readonly (string | Uint8Array)[]): Promise<string> {
  let text = '';
  for await (const chunk of handler.through?.(OBLIGATION, chunks(...parts), interaction()) ?? [])
    text += new TextDecoder().decode(chunk);
  return text;
}

describe('dlpHandler', () => {
  it('stands after the transforms', () => {
    expect([handler.kind, handler.order]).toEqual(['dlp', HANDLER_ORDER.dlp]);
    expect(handler.order).toBeGreaterThan(HANDLER_ORDER.transform);
  });

  it.each([
    ['input', { input: { prompt: [`my ssn is ${SSN}`] } }],
    ['input key', { input: { [CARD]: true } }],
    ['claims', { claims: { purpose: `for ${CARD}` } }],
    ['resource', { resource: `https://api.example/?k=${AWS_KEY}` }],
    ['target', { target: `x_${AWS_KEY}` }],
  ])('refuses a call whose %s holds something', (_where, parts) => {
    expect(handler.check(OBLIGATION, interaction(parts))).toBe('GUARD_DLP_BLOCKED');
  });

  it('lets a clean call pass', () => {
    expect(
      handler.check(OBLIGATION, interaction({ input: { amount: 12.5, to: 'x@example.com' } })),
    ).toBeUndefined();
  });

  it('refuses an input that is too large to scan', () => {
    const input = 'x'.repeat(VALUE_MAX_UNITS + 1);
    expect(handler.check(OBLIGATION, interaction({ input }))).toBe('GUARD_VALUE_TOO_LARGE');
  });

  it('refuses parameters that it does not have', () => {
    const obligation = { ...OBLIGATION, params: { rules: ['dlp-iban'] } };
    expect(handler.check(obligation, interaction())).toBe('GUARD_OBLIGATION_INVALID');
  });

  it('redacts outputs, and withholds them whole for a key', async () => {
    expect(await after({ a: SSN })).toEqual({ a: '[REDACTED]' });
    expect(await after(`x ${CARD}`)).toBe('x [REDACTED]');
    expect(await codeRejectedBy(after({ ok: 1, a: AWS_KEY }))).toBe('GUARD_DLP_BLOCKED');
  });

  it.each([
    ['a Map', new Map([['a', SSN]]), 'GUARD_NOT_JSON'],
    ['bytes', utf8(SSN), 'GUARD_NOT_JSON'],
    ['a function', () => SSN, 'GUARD_NOT_JSON'],
    ['a big integer', 4111111111111111n, 'GUARD_NOT_JSON'],
    ['NaN', { a: Number.NaN }, 'GUARD_NOT_JSON'],
    ['too large', ['x'.repeat(VALUE_MAX_UNITS)], 'GUARD_VALUE_TOO_LARGE'],
    ['a sparse array', Object.assign([], { length: 4_000_000_000 }), 'GUARD_VALUE_TOO_LARGE'],
  ])('withholds %s', async (_what, value, code) => {
    expect(await codeRejectedBy(after(value))).toBe(code);
  });

  it('lets nothing be nothing', async () => {
    expect(await after(undefined)).toBeUndefined();
    expect(await after({ a: undefined, b: null })).toEqual({ b: null });
  });

  it('hands out what it scanned, whatever a getter says the second time', async () => {
    let reads = 0;
    const value = Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => (reads++ === 0 ? 'harmless' : SSN),
    });
    expect(await after(value)).toEqual({ a: 'harmless' });
    expect(reads).toBe(1);
  });

  it('finds what is split over the chunks of a stream', async () => {
    expect(await through('my ssn is 123-4', '5-67', '89 and more')).toBe('my ssn is [REDACTED] and more');
    expect(await through(utf8('é').subarray(0, 1), utf8('é').subarray(1))).toBe('é');
    expect(await codeRejectedBy(through('AKIAIOSF', 'ODNN7EXAMPLE'))).toBe('GUARD_DLP_BLOCKED');
  });

  it('withholds a stream that is too long or not text', async () => {
    expect(await codeRejectedBy(through(new Uint8Array(VALUE_MAX_UNITS), 'x'))).toBe('GUARD_VALUE_TOO_LARGE');
    expect(await codeRejectedBy(through(new Uint8Array([0xff, 0xfe])))).toBe('CRYPTO_BAD_UTF8');
  });

  it.each([
    [{ a: 'nothing' }, undefined],
    [{ a: SSN }, ['pii']],
    [[CARD, { [SSN]: 1 }], ['pii']],
    [{ a: API_KEY }, ['secret']],
    [{ a: AWS_KEY, b: CARD }, ['pii', 'secret']],
  ])('tells what kinds of data are in %j before anything of it leaves', async (value, expected) => {
    let told: readonly Label[] | undefined;
    const teller = dlpHandler({
      found: async (labels, { id }) => {
        expect(id).toBe('of this call');
        told = labels;
      },
    });
    const done = await teller
      .after?.(OBLIGATION, value, interaction({ id: 'of this call' }))
      .catch(() => 'withheld');
    expect(told).toEqual(expected);
    expect(done === 'withheld').toBe(expected?.includes('secret') === true);
  });

  it('withholds the result where nobody takes down what was found', async () => {
    const teller = dlpHandler({ found: () => Promise.reject(new TtpError('STORE_POISONED', 'full')) });
    expect(await codeRejectedBy(teller.after?.(OBLIGATION, SSN, interaction()) ?? Promise.resolve())).toBe(
      'STORE_POISONED',
    );
  });
});
