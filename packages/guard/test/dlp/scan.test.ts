import { codeThrownBy, proves, type SeededRandom, vectors, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { DLP_RULES, scanText } from '../../src/dlp/index.js';
import { VALUE_MAX_UNITS } from '../../src/limits.js';
import { AWS_KEY, CARD, SSN } from './samples.js';

interface ScanCase {
  /** The text, in parts, so that no scanner of this repository takes them for a secret. */
  readonly parts: readonly string[];
  readonly expect: readonly { readonly rule: string; readonly start: number; readonly end: number }[];
}

const CASES = vectors<ScanCase>('dlp');
const found = (text: string): readonly string[] => scanText(text).map(({ rule }) => rule);

/** Written from the rule, with no shared code. */
const luhn = (digits: string): boolean =>
  Array.from(digits, (digit, i) => Number(digit) * ((digits.length - i) % 2 === 0 ? 2 : 1))
    .map((n) => (n > 9 ? n - 9 : n))
    .reduce((a, b) => a + b, 0) %
    10 ===
  0;

/** Whether a run of digits in the text is a Visa number. */
const hasVisa = (text: string): boolean =>
  (text.match(/(?<![A-Za-z0-9])[0-9]+(?![A-Za-z0-9])/g) ?? [])
    .filter((run) => /^4(?:\d{12}|\d{15}|\d{18})$/.test(run))
    .some(luhn);

describe('scanText', () => {
  it('finds what noise stands around, once base64 is undone', () => {
    const noise = [0xff, 0x80, 0xc2, 0xfe];
    const bytes = Uint8Array.from([...noise, ...new TextEncoder().encode(SSN), ...noise]);
    expect(found(btoa(String.fromCharCode(...bytes)))).toEqual(['dlp-ssn']);
  });

  it('finds what characters of other lengths stand for, once base64 is undone', () => {
    // Full-width digits are three bytes each; those of N'Ko two, and only they are left of most of the number.
    const wide = SSN.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
    const nko = SSN.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint(0x7c0 + Number(digit)));
    for (const text of [wide, nko])
      expect(found(btoa(String.fromCharCode(...new TextEncoder().encode(text))))).toEqual(['dlp-ssn']);
  });

  it.each([
    ['⑫3-45-6789', 'dlp-ssn'],
    ['㊶⑪⑪⑪⑪⑪⑪⑪', 'dlp-credit-card'],
  ])('finds in %s what takes more characters than it has', (text, rule) => {
    expect(scanText(text)).toMatchObject([{ rule, start: 0, end: text.length }]);
  });

  it('reads at most three characters out of one that takes two bytes', () => {
    const units = Array.from(
      { length: 0x800 },
      (_, code) => String.fromCodePoint(code).normalize('NFKC').length,
    );
    expect(Math.max(...units)).toBe(3);
  });

  it.each(CASES)('$name', ({ parts, expect: expected }) => {
    proves(
      'guard.dlp.normalise',
      'guard.dlp.ssn',
      'guard.dlp.credit-card',
      'guard.dlp.api-key',
      'guard.dlp.aws-key',
    );
    expect(scanText(parts.join('')).map(({ rule, start, end }) => ({ rule, start, end }))).toEqual(expected);
  });

  it('finds variants that the documents rules miss, and has none of their false positives', () => {
    const documents = [
      /\b\d{3}-\d{2}-\d{4}\b/,
      /\b(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14})\b/,
      /\b(sk_live_|api_key_)[a-zA-Z0-9]{24,}\b/,
      /\bAKIA[0-9A-Z]{16}\b/,
    ];
    const texts = CASES.map(({ parts, expect: expected }) => ({
      text: parts.join(''),
      has: expected.length > 0,
    }));
    const matched = texts.filter(({ text, has }) => has && documents.some((rule) => rule.test(text)));
    const wrong = texts.filter(({ text, has }) => !has && documents.some((rule) => rule.test(text)));
    // 42 variants and more that the expressions miss, and at least the two numbers that fail Luhn.
    expect(texts.filter(({ has }) => has).length - matched.length).toBeGreaterThanOrEqual(42);
    expect(wrong.length).toBeGreaterThanOrEqual(2);
  });

  it('answers the same every time', () => {
    const answers = Array.from({ length: 5 }, () => found(`a ${SSN} b ${AWS_KEY}`));
    expect(answers).toEqual(Array.from({ length: 5 }, () => ['dlp-ssn', 'dlp-aws-key']));
  });

  it('says what to do, and never what was found', () => {
    const [finding] = scanText(`x ${AWS_KEY}`);
    expect(finding).toEqual({
      rule: 'dlp-aws-key',
      start: 2,
      end: 22,
      severity: 'critical',
      action: 'block',
    });
    expect(JSON.stringify(scanText(`${SSN} ${CARD} ${AWS_KEY}`))).not.toMatch(/6789|1111|AKIA/);
  });

  it('refuses a text over the cap', () => {
    expect(codeThrownBy(() => scanText('x'.repeat(VALUE_MAX_UNITS + 1)))).toBe('GUARD_VALUE_TOO_LARGE');
  });

  it('refuses a text that decodes to more than is looked at', () => {
    // Base64 in all four steps, again in each of the layers that the escape opens.
    const text = `%252541 ///${'A'.repeat(20_000)}`;
    expect(codeThrownBy(() => scanText(text))).toBe('GUARD_DLP_TOO_ENCODED');
  });

  it('has the four rules of the documents, with id, name, pattern, severity and action', () => {
    proves('guard.dlp.rule-shape');
    expect(DLP_RULES.map(({ id, severity, action }) => [id, severity, action])).toEqual([
      ['dlp-ssn', 'high', 'redact'],
      ['dlp-credit-card', 'critical', 'redact'],
      ['dlp-api-key', 'critical', 'block'],
      ['dlp-aws-key', 'critical', 'block'],
    ]);
    expect(DLP_RULES.every(({ name, pattern }) => name !== '' && pattern !== '')).toBe(true);
  });
});

describe('scanText against a naive model', () => {
  it('agrees about Visa numbers in one run', async () => {
    await withSeed('visa', 400, (random) => {
      const text = Array.from({ length: 6 }, () => {
        const digits = Array.from({ length: 12 + random.int(9) }, () => String(random.int(10))).join('');
        return (
          random.pick(['', 'a', '_', ' ']) +
          (random.chance(0.7) ? `4${digits.slice(1)}` : `9${digits.slice(1)}`)
        );
      }).join(random.pick([' / ', ', ', '\n']));
      expect(found(text).includes('dlp-credit-card')).toBe(hasVisa(text));
    });
  });

  it('finds a secret at its place, whatever hides it', async () => {
    const hide: readonly ((text: string, random: SeededRandom) => string)[] = [
      (text) => btoa(text),
      (text) => Array.from(text, (c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join(''),
      (text) => Array.from(text, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''),
      (text) => Array.from(text, (c) => `&#${c.charCodeAt(0)};`).join(''),
      (text) => Array.from(text, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
      (text, random) => Array.from(text, (c) => c + random.pick(['', '\u200B', '\u2060', '\u202A'])).join(''),
    ];
    await withSeed('hide', 400, (random) => {
      let hidden = random.pick([SSN, CARD, AWS_KEY]);
      // Marks between the characters are no layer, and hide nothing once something else encodes them as bytes.
      if (random.chance(0.5)) hidden = hide.at(-1)?.(hidden, random) ?? hidden;
      else
        for (let layer = 1 + random.int(3); layer > 0; layer--)
          hidden = random.pick(hide.slice(0, -1))(hidden, random);
      const before = random.pick(['', 'say: ', 'é—', '\u{1F600} ']);
      const [finding] = scanText(`${before}${hidden} end`);
      expect(finding).toMatchObject({ start: before.length });
      // The mark after the last character belongs to the finding or not; nobody can see it.
      expect(finding?.end).toBeGreaterThanOrEqual(
        before.length + hidden.replace(/[\u200B\u2060\u202A]+$/, '').length,
      );
      expect(finding?.end).toBeLessThanOrEqual(before.length + hidden.length);
    });
  });
});
