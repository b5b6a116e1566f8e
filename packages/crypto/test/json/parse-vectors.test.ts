import { readdirSync, readFileSync } from 'node:fs';
import { isTtpError } from '@ttp/core';
import { codeThrownBy, proves, THIRD_PARTY_ABSENT, thirdPartyDir, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { canonicalize, fromHex, type JsonProfile, parseJson, utf8 } from '../../src/index.js';

interface JsonCase {
  readonly profile: JsonProfile;
  readonly text?: string;
  readonly bytes?: string;
  /** The canonical form of the value. */
  readonly expect?: string;
  readonly code?: string;
}

describe('the vectors of strict JSON', () => {
  it.each(vectors<JsonCase>('json'))('$name', ({ profile, text, bytes, expect: canonical, code }) => {
    proves('crypto.strict-json', 'decision.D7', 'flaw.J1', 'crypto.no-floats');
    const wire = bytes === undefined ? utf8(text ?? '') : fromHex(bytes);
    expect(codeThrownBy(() => parseJson(wire, { profile }))).toBe(code);
    if (text !== undefined) expect(codeThrownBy(() => parseJson(text, { profile }))).toBe(code);
    if (code === undefined) expect(canonicalize(parseJson(wire, { profile }))).toBe(canonical);
  });
});

it('refuses every file of the JSON test suite that is not JSON, in every profile, with a code', (context) => {
  proves('crypto.strict-json');
  const dir = thirdPartyDir() ?? context.skip(THIRD_PARTY_ABSENT);
  const files = readdirSync(`${dir}json/n`);
  expect(files.length).toBeGreaterThan(150);
  for (const file of files)
    for (const profile of ['strict', 'foreign', 'envelope'] as const) {
      const bytes = readFileSync(`${dir}json/n/${file}`);
      expect(
        codeThrownBy(() => parseJson(bytes, { profile })),
        file,
      ).toMatch(/^CRYPTO_JSON_/);
    }
});

it('reads naughty strings as the platform does', (context) => {
  const dir = thirdPartyDir() ?? context.skip(THIRD_PARTY_ABSENT);
  const text = readFileSync(`${dir}strings/blns.json`, 'utf8');
  expect(parseJson(text)).toEqual(JSON.parse(text));
});

it('names the place of what it refuses', () => {
  for (const [text, field] of [
    ['{"rules":[{},{"effect":"deny","effect":"allow"}]}', 'rules[1].effect'],
    ['[[1,2,\n01]]', '[0]'],
    ['{} x', ''],
  ] as const) {
    let seen: string | undefined;
    try {
      parseJson(text);
    } catch (error) {
      if (isTtpError(error)) seen = error.field;
    }
    expect(seen).toBe(field);
  }
});
