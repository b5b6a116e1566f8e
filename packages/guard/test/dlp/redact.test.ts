import type { Json } from '@ttp/core';
import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { redactJson, scanJson, scanText } from '../../src/dlp/index.js';
import { API_KEY, AWS_KEY, CARD, SSN } from './samples.js';

describe('redactJson', () => {
  it('replaces findings in nested strings, numbers and keys, and says where', () => {
    proves('guard.dlp.redact');
    const { value, reports } = redactJson({
      note: `ssn ${SSN} and ${SSN}`,
      items: [{ card: Number(CARD) }, 'fine'],
      [`for ${SSN}`]: { deep: `${CARD}!` },
    });
    expect(value).toEqual({
      note: 'ssn [REDACTED] and [REDACTED]',
      items: [{ card: '[REDACTED]' }, 'fine'],
      'for [REDACTED]': { deep: '[REDACTED]!' },
    });
    expect(reports.map(({ rule, path, count }) => [rule, path, count])).toEqual([
      ['dlp-ssn', 'note', 2],
      ['dlp-credit-card', 'items[0].card', 1],
      ['dlp-ssn', 'for [REDACTED]', 1],
      ['dlp-credit-card', 'for [REDACTED].deep', 1],
    ]);
    expect(JSON.stringify(reports)).not.toMatch(/6789|1111/);
  });

  it('names a place in text that can be hashed, though a long key is cut inside a surrogate pair', () => {
    const { reports } = redactJson({ [`${'k'.repeat(63)}\u{1F600}`]: { 'half \uD83D': SSN } });
    expect(reports.map(({ path }) => path)).toEqual([`${'k'.repeat(63)}\uFFFD.half \uFFFD`]);
  });

  it('leaves a value without findings as it is', () => {
    const value = { a: [1, null, true, 'x'.repeat(50)], __proto__x: '' };
    expect(redactJson(value)).toEqual({ value, reports: [] });
  });

  it('keeps keys apart that redact to the same text', () => {
    const { value } = redactJson({ [SSN]: 1, [CARD]: 2, '[REDACTED]': 3 });
    expect(value).toEqual({ '[REDACTED] 2': 1, '[REDACTED] 3': 2, '[REDACTED]': 3 });
  });

  it('keeps a key __proto__ a key', () => {
    const value: unknown = JSON.parse(`{"__proto__": {"a": "${SSN}"}}`);
    // What a tool sends; plain data from here on.
    const { value: redacted } = redactJson(asJson(value));
    expect(JSON.stringify(redacted)).toBe('{"__proto__":{"a":"[REDACTED]"}}');
  });

  it('keeps text JSON that was JSON', () => {
    proves('guard.dlp.redact');
    const text = JSON.stringify({ n: Number(CARD), s: SSN, list: [Number(CARD)] });
    const { value } = redactJson({ text });
    expect(value).toEqual({ text: '{"n":"[REDACTED]","s":"[REDACTED]","list":["[REDACTED]"]}' });
  });

  it('redacts the whole of an encoded run', () => {
    expect(redactJson(`data: ${btoa(`my ssn is ${SSN}`)} end`).value).toBe('data: [REDACTED] end');
    expect(redactJson(`${btoa(`${SSN} ${CARD}`)}!`).value).toBe('[REDACTED]!');
    expect(redactJson(`data: 12%33%2D45-6789 end`).value).toBe('data: [REDACTED] end');
  });

  it.each([AWS_KEY, API_KEY])('withholds the whole value for a key', (key) => {
    proves('guard.dlp.aws-key', 'guard.dlp.api-key');
    expect(codeThrownBy(() => redactJson({ fine: 'text', a: [`key ${key}`] }))).toBe('GUARD_DLP_BLOCKED');
    expect(codeThrownBy(() => redactJson({ [key]: 1 }))).toBe('GUARD_DLP_BLOCKED');
  });

  it('does not tell the key in its error', () => {
    let text = '';
    try {
      redactJson({ [AWS_KEY]: { [AWS_KEY]: 1 } });
    } catch (error) {
      text = JSON.stringify(error) + String(error);
    }
    expect(text).toContain('GUARD_DLP_BLOCKED');
    expect(text).not.toContain('AKIA');
  });

  it('leaves nothing to find, and redacts nothing twice', async () => {
    await withSeed('idempotent', 300, (random) => {
      const hidden = random.pick([
        SSN,
        CARD,
        btoa(SSN),
        encodeURIComponent(`${SSN} &`),
        `\\u0031${SSN.slice(1)}`,
      ]);
      const text = ['a', hidden, random.pick(['', '"x":', '{"a":1}']), hidden].join(
        random.pick([' ', '\n', ' "']),
      );
      const value: Json = random.chance(0.5) ? { [text]: [text] } : JSON.stringify({ text, n: Number(CARD) });
      const { value: redacted, reports } = redactJson(value);
      expect(reports.length).toBeGreaterThan(0);
      expect(scanJson(redacted)).toEqual([]);
      expect(redactJson(redacted).value).toEqual(redacted);
      if (typeof redacted === 'string') expect(() => asJson(JSON.parse(redacted))).not.toThrow();
    });
  });

  it('reports what scanText finds', () => {
    expect(scanJson(`${SSN} ${CARD}`).map(({ rule }) => rule)).toEqual(
      scanText(`${SSN} ${CARD}`).map(({ rule }) => rule),
    );
  });
});

/** Test data from JSON.parse, as the type says it. */
function asJson(value: unknown): Json {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse yields JSON
  return value as Json;
}
