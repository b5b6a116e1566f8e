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

describe('scanText on hostile text', () => {
  it.each(Object.entries(UNITS))('comes back, and still finds what stands behind it: %s', (_name, unit) => {
    const hostile = unit.repeat(256_000 / unit.length + 1).slice(0, 256_000);
    // A scan that looked back for every character would not come back before the runner gives up on it.
    const found = scanText(`${hostile} \n ${['123', '45', '6789'].join('-')} \n`);
    expect(found.map(({ rule }) => rule)).toContain('dlp-ssn');
  });
});
