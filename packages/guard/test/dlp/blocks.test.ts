import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { scanAcross } from '../../src/dlp/blocks.js';
import { redactJson, scanJson, scanText } from '../../src/dlp/index.js';
import { AWS_KEY, CARD, SSN } from './samples.js';

const block = (text: string): { type: string; text: string } => ({ type: 'text', text });

describe('blocks of content', () => {
  it('do not hide what is split between two of them', () => {
    proves('flaw.L2');
    const split = [block(`key ${AWS_KEY.slice(0, 7)}`), block(`${AWS_KEY.slice(7)} end`)];
    expect(codeThrownBy(() => redactJson({ content: split }))).toBe('GUARD_DLP_BLOCKED');
    expect(scanJson({ content: split }).map(({ rule, path }) => `${rule} ${path}`)).toEqual([
      'dlp-aws-key content',
    ]);
  });

  it('lose their parts of it, and nothing else', () => {
    const { value, reports } = redactJson([
      block(`card ${CARD.slice(0, 4)}`),
      { type: 'image', data: '' },
      block(CARD.slice(4, 9)),
      block(''),
      block(`${CARD.slice(9)} and ${SSN}`),
    ]);
    expect(value).toEqual([
      block('card [REDACTED]'),
      { type: 'image', data: '' },
      block('[REDACTED]'),
      block(''),
      block('[REDACTED] and [REDACTED]'),
    ]);
    expect(reports.map(({ rule, path, count }) => [rule, path, count])).toEqual([
      ['dlp-credit-card', '', 1],
      ['dlp-ssn', '[4].text', 1],
    ]);
  });

  it('do not hide base64 that is split between them', () => {
    const encoded = btoa(`the key is ${AWS_KEY}`);
    const split = [block(encoded.slice(0, 17)), block(encoded.slice(17))];
    expect(codeThrownBy(() => redactJson(split))).toBe('GUARD_DLP_BLOCKED');
  });

  it('are not joined where they are one, or hold what is found in each alone', () => {
    expect(scanAcross([SSN, ` ${CARD}`]).findings).toEqual([]);
    expect(scanAcross([SSN, '']).parts).toEqual([[], []]);
    expect(redactJson([block(SSN), block('x')]).reports).toHaveLength(1);
  });

  it('cut anywhere have nothing left to find when they are read as one', async () => {
    await withSeed('cuts', 300, (random) => {
      const text = `a ${CARD} b ${SSN} c`;
      const cuts = Array.from({ length: random.int(5) + 1 }, () => random.int(text.length + 1)).sort(
        (a, b) => a - b,
      );
      const texts = [0, ...cuts].map((at, i) => text.slice(at, cuts[i] ?? text.length));
      const { value } = redactJson(texts.map(block));
      const left = JSON.stringify(value).replaceAll(/"\},\{"type":"text","text":"/g, '');
      expect(scanText(left)).toEqual([]);
      expect(left.replaceAll(/(?:\[REDACTED\])+/g, 'X')).toContain('a X b X c');
    });
  });

  it('take linear time, however many there are', () => {
    const many = Array.from({ length: 60_000 }, (_, i) =>
      block(CARD.slice(i % 16, (i % 16) + 1) + (i % 16 === 15 ? ' ' : '')),
    );
    const { reports } = redactJson(many);
    expect(reports).toEqual([
      { rule: 'dlp-credit-card', path: '', count: 3750, severity: 'critical', action: 'redact' },
    ]);
  });
});
