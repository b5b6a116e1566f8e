import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { pages, renderPages } from '../../docs/site/pages.mjs';
import { pages as generated } from '../docs.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The rows of the table below a heading, cell by cell. */
const rowsBelow = (text: string, heading: string): string[][] =>
  (text.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe('the documents', () => {
  it('link only to what exists', () => {
    const { texts, broken } = renderPages();
    expect(broken).toEqual([]);
    expect(texts.size).toBeGreaterThan(20);
    for (const name of ['quick-start', 'ARCHITECTURE', 'threat-model', 'LIMITS', 'ERRORS'])
      expect(texts.has(`${name}.md`), name).toBe(true);
  });

  it('say what the system is and for whom, and never promise more than it does', () => {
    proves('docs.readme.what');
    const [, lead = ''] = read('README.md').split('\n\n');
    for (const word of ['verifies', 'policy', 'enforces', 'log', 'developers', 'security', 'compliance'])
      expect(lead, word).toContain(word);
    expect(read('LIMITATIONS.md')).toContain('tamper-evident given one honest witness');
    for (const file of pages.keys())
      for (const line of read(file).split('\n'))
        if (/tamper-proof|spoofing impossible/i.test(line)) expect(line, file).toMatch(/never|not /i);
  });

  it('state what in-process mode, a witness and a score do not give', () => {
    proves('docs.limitations', 'decision.D43');
    const text = read('LIMITATIONS.md');
    expect(text).toMatch(/Against an agent that works against you, the boundary is the gateway/);
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toContain('In-process mode is cooperative');
    expect(headings).toContain('Trust scores are evidence, not authority');
    expect(text).toContain('honest witness');
  });

  it('list every error code as the sources have it', () => {
    proves('docs.errors');
    for (const [file, text] of Object.entries(generated(root))) expect(read(file), file).toBe(text);
  });

  it('name the cryptographic suite, each part with its standard', () => {
    proves('docs.crypto-suite');
    const rows = rowsBelow(read('docs/threat-model.md'), 'The cryptography');
    const suite = rows.map(([, what = '']) => what).join(' ');
    for (const name of [
      'Ed25519',
      'P-256',
      'X25519',
      'AES-256-GCM',
      'SHA-256',
      'HMAC',
      'HKDF',
      'scrypt',
      'Merkle',
    ])
      expect(suite, name).toContain(name);
    for (const [purpose, , standard] of rows) expect(standard, purpose).toMatch(/RFC \d+|FIPS|NIST|C2SP/);
  });

  it('tell where to report a vulnerability', () => {
    proves('docs.security-policy');
    expect(read('SECURITY.md')).toMatch(/## Reporting\n\nReport a vulnerability privately/);
  });
});
