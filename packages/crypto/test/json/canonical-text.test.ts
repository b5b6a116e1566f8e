import { codeThrownBy, proves, type SeededRandom, withSeed } from '@ttp/testkit';
import jcs from 'canonicalize';
import { expect, it } from 'vitest';
import { parseJson } from '../../src/index.js';

const SPACE = ['', '', '', '', '', '', '', ' ', '\n', '\t', '\r'];
const KEYS = [
  'a',
  'b',
  'aa',
  '',
  '10',
  '9',
  '\u{10000}',
  '\ufb33',
  '"',
  '\\',
  '/',
  'é',
  '\u007f',
  '\u0001',
  '__x',
];

/** A string as somebody might write it: any character as itself where that is allowed, or escaped in some way. */
function writtenText(random: SeededRandom, text: string, odd: number): string {
  let written = '"';
  for (const character of text) {
    const code = character.charCodeAt(0);
    const mustEscape = code < 0x20 || character === '"' || character === '\\';
    const hex = character.length === 1 ? code.toString(16).padStart(4, '0') : '';
    if (hex !== '' && random.chance(odd)) written += `\\u${random.chance(0.5) ? hex : hex.toUpperCase()}`;
    else if (character === '/' && random.chance(odd)) written += '\\/';
    else written += mustEscape ? JSON.stringify(character).slice(1, -1) : character;
  }
  return `${written}"`;
}

/** JSON text of some value, canonical where no chance of `odd` struck and its keys come in order. */
function writtenValue(random: SeededRandom, odd: number, depth = 0): string {
  const gap = (): string => (random.chance(odd) ? random.pick(SPACE) : '');
  switch (random.int(depth > 3 ? 3 : 6)) {
    case 0:
      return writtenText(random, random.pick(KEYS) + random.pick(KEYS), odd);
    case 1:
      return random.chance(odd) ? '-0' : String(random.int(2 ** 32) - 2 ** 31);
    case 2:
      return random.pick(['true', 'false', 'null', '0', '9007199254740991', '-9007199254740991']);
    case 3: {
      const items = Array.from(
        { length: random.int(4) },
        () => gap() + writtenValue(random, odd, depth + 1) + gap(),
      );
      return `[${gap()}${items.join(',')}]`;
    }
    default: {
      const keys = random.shuffle(KEYS).slice(0, random.int(5));
      if (!random.chance(odd)) keys.sort();
      const members = keys.map(
        (key) =>
          `${gap()}${writtenText(random, key, odd)}${gap()}:${gap()}${writtenValue(random, odd, depth + 1)}${gap()}`,
      );
      return `{${gap()}${members.join(',')}}`;
    }
  }
}

it('takes a text for canonical exactly where the library would write it so', async () => {
  proves('crypto.jcs');
  const seen = { canonical: 0, not: 0 };
  await withSeed('canonical or not', 60, (random) => {
    for (let n = 0; n < 100; n++) {
      const odd = random.pick([0, 0, 0.02, 0.2]);
      const text =
        (random.chance(odd) ? ' ' : '') + writtenValue(random, odd) + (random.chance(odd) ? '\n' : '');
      // Not by JSON.parse, which in V8 can misread keys with escapes.
      const isCanonical = jcs(parseJson(text)) === text;
      seen[isCanonical ? 'canonical' : 'not']++;
      const code = codeThrownBy(() => parseJson(text, { profile: 'envelope' }));
      expect([text, code]).toEqual([text, isCanonical ? undefined : 'CRYPTO_JSON_NOT_CANONICAL']);
    }
  });
  expect(Math.min(seen.canonical, seen.not)).toBeGreaterThan(1000);
});

it('refuses under the envelope profile what has too many values to be written', () => {
  const text = `[${'0,'.repeat(1_000_000)}0]`;
  expect(codeThrownBy(() => parseJson(text, { profile: 'envelope', maxBytes: 4_000_000 }))).toBe(
    'CRYPTO_JSON_TOO_LARGE',
  );
});
