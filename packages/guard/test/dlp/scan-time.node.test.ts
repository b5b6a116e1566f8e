import { describe, expect, it } from 'vitest';
import { scanText } from '../../src/dlp/index.js';

/** What a text made to be slow repeats: each is the bad case of one of the expressions or loops. */
const UNITS: Readonly<Record<string, string>> = {
  digits: '4',
  'spaced digits': '4 1 ',
  'groups of four': '4111 ',
  'percent runs': '%34%31',
  'base64 with joints': '/a+b',
  hex: 'deadbeef',
  entities: '&amp;',
  'almost entities': '&#x3',
  backslashes: '\\u',
  'not ASCII': 'é4１',
  'long lines': `${'QUJD'.repeat(16)}\n`,
  'prefixes of keys': 'sk_live_a',
};

/** Time of the processor, not of the wall: other programs do not count. The best of `tries`, ms. */
function processorTime(text: string, tries: number): number {
  return Math.min(
    ...Array.from({ length: tries }, () => {
      const start = process.cpuUsage();
      scanText(text);
      return process.cpuUsage(start).user / 1_000;
    }),
  );
}

describe('scanText on hostile text', () => {
  it.each(Object.entries(UNITS))('takes time linear in its length: %s', (_name, unit) => {
    const repeated = (length: number): string => unit.repeat(length / unit.length + 1).slice(0, length);
    const long = processorTime(repeated(256_000), 2);
    const short = processorTime(repeated(32_000), 5);
    // Eight times the text: quadratic would be 64 times the time.
    expect(long / Math.max(short, 0.5)).toBeLessThan(40);
  });
});
