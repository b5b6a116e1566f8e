import { isDid, isTtpError } from '@ttp/core';
import { base58btc, sha256, utf8 } from '@ttp/crypto';
import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { DID_ERRORS, DID_TYPES, formatDid, type ParsedDid, parseDid } from '../src/index.js';
import { anyDid, mutated } from './arbitrary.js';

const SCID = base58btc(Uint8Array.of(0x12, 0x20, ...sha256(utf8('anything'))));

/** The part that an identifier is refused for. */
function fieldOf(text: string): string | undefined {
  try {
    parseDid(text);
  } catch (error) {
    if (isTtpError(error)) return error.field;
  }
  return undefined;
}

/** The code with which a name is refused. */
const named = (identifier: string, version = 'v1'): string | undefined =>
  codeThrownBy(() => parseDid(`did:tessorium:agent:${identifier}:${version}`));

describe('parseDid', () => {
  it('knows the five types and no other', () => {
    proves('did.format.types');
    expect(DID_TYPES).toEqual(['agent', 'skill', 'tool', 'service', 'publisher']);
    for (const type of DID_TYPES) {
      expect(parseDid(`did:ttp:${type}:${SCID}`)).toEqual({ method: 'ttp', type, scid: SCID });
      expect(parseDid(`did:tessorium:${type}:some-name:v1`)).toMatchObject({ method: 'tessorium', type });
    }
    for (const type of ['human', 'Agent', 'agents', '', 'toString'])
      expect(codeThrownBy(() => parseDid(`did:tessorium:${type}:some-name:v1`))).toBe('DID_UNKNOWN_TYPE');
  });

  it.each([
    'did:tessorium:agent:claude-helper:v1',
    'did:tessorium:skill:code-review:v2',
    'did:tessorium:tool:github-api:v1',
    'did:tessorium:service:stripe-api:v1',
    'did:tessorium:publisher:anthropic:v1',
  ])('reads and writes the sample name %s unchanged', (name) => {
    proves('did.format.examples');
    expect(formatDid(parseDid(name))).toBe(name);
    expect(isDid(name)).toBe(true);
  });

  it('names the part that is wrong', () => {
    expect(fieldOf('did:tessorium:agent:ab:v1')).toBe('identifier');
    expect(fieldOf('did:tessorium:agent:abc:v0')).toBe('version');
    expect(fieldOf('did:ttp:agent:Qm')).toBe('scid');
    expect(fieldOf('did:service:a:b:1')).toBe('version');
    expect(fieldOf('did:key:z6Mk')).toBe('publicKey');
    expect(fieldOf('did:web:a')).toBe('host');
    expect(fieldOf('did:web:a.example:..')).toBe('path');
    expect(fieldOf('isnad:xyz')).toBe('hex');
    expect(fieldOf('did:example:1')).toBe('method');
  });

  it('refuses every look-alike of a name', () => {
    proves('did.format.name', 'flaw.D6');
    const name = 'did:tessorium:publisher:anthropic:v1';
    expect(formatDid(parseDid(name))).toBe(name);
    const lookAlikes = [
      'did:tessorium:publisher:\u0430nthropic:v1', // Cyrillic a
      'did:tessorium:publisher:anthrop\u0131c:v1', // dotless i
      'did:tessorium:publisher:\uff41nthropic:v1', // full-width a
      'did:tessorium:publisher:anthropic\u200b:v1',
      'did:tessorium:publisher:anthropic\u00ad:v1',
      'did:tessorium:publisher:Anthropic:v1',
      'did:tessorium:publisher:anthropi%63:v1',
      'did:tessorium:publisher:anthropic:v01',
      'did:tessorium:publisher:anthropic:V1',
      'did:tessorium:publisher:anthropic:v\uff11',
      'did:tessorium:publisher:anthropic:v1 ',
      'did:tessorium:publisher:anthropic:v1\n',
      'did:tessorium:publisher:anthropic:v1#',
      'DID:tessorium:publisher:anthropic:v1',
      'did:Tessorium:publisher:anthropic:v1',
    ];
    const codes = lookAlikes.map((text) => codeThrownBy(() => parseDid(text)));
    expect(new Set(codes)).toEqual(new Set(['DID_BAD_SYNTAX', 'DID_UNKNOWN_METHOD']));
  });

  it('takes an identifier of 3 to 64 characters and a tag from v1', () => {
    proves('did.format.name');
    expect(named('ab')).toBe('DID_BAD_SYNTAX');
    expect(named('abc')).toBeUndefined();
    expect(named('a'.repeat(64))).toBeUndefined();
    expect(named('a'.repeat(65))).toBe('DID_TOO_LONG');
    expect(named('abc', 'v2')).toBeUndefined();
    expect(named('abc', 'v0')).toBe('DID_BAD_SYNTAX');
  });

  it('reads a megabyte of anything in no time', () => {
    const long = 1_000_000;
    for (const text of ['did:web:' + 'a.'.repeat(long), 'did:ttp:' + ':'.repeat(long), '%3A'.repeat(long)])
      expect(codeThrownBy(() => parseDid(text))).toBe('DID_TOO_LONG');
  });
});

describe('formatDid', () => {
  it('refuses parts that smuggle in a separator', () => {
    proves('flaw.D6');
    const smuggled: ParsedDid[] = [
      { method: 'tessorium', type: 'agent', identifier: 'abc:v1', version: 'v2' },
      { method: 'tessorium', type: 'agent', identifier: 'abc', version: 'v1:v2' },
      { method: 'service', provider: 'a:b', name: 'c', version: '1.0.0' },
      { method: 'web', host: 'a.example', path: ['b:c'] },
      { method: 'web', host: 'a.example:b', path: [] },
      { method: 'web', host: 'a.example%3A8443', path: [] },
      { method: 'isnad', hex: 'abcdef:0' },
    ];
    expect(smuggled.map((parts) => codeThrownBy(() => formatDid(parts)))).toEqual(
      smuggled.map(() => 'DID_BAD_SYNTAX'),
    );
  });

  it('refuses a key that is not 32 bytes, and a text that grew too long', () => {
    expect(codeThrownBy(() => formatDid({ method: 'key', publicKey: new Uint8Array(31) }))).toBe(
      'DID_BAD_KEY',
    );
    const path = Array.from({ length: 20 }, () => 'a'.repeat(40));
    expect(codeThrownBy(() => formatDid({ method: 'web', host: 'a.example', path }))).toBe('DID_TOO_LONG');
  });
});

describe('properties', () => {
  it('parse(format(x)) = x', async () => {
    await withSeed('did round trip', 1000, (random) => {
      const parts = anyDid(random);
      expect(parseDid(formatDid(parts))).toEqual(parts);
    });
  });

  it('no two spellings of one identifier parse: what parses is what format writes', async () => {
    proves('flaw.D6');
    let refused = 0;
    let accepted = 0;
    const codes: readonly string[] = Object.keys(DID_ERRORS);
    await withSeed('did mutation', 10_000, (random) => {
      const text = mutated(random, formatDid(anyDid(random)));
      let parts: ParsedDid;
      try {
        parts = parseDid(text);
      } catch (error) {
        refused++;
        expect(isTtpError(error) && codes.includes(error.code)).toBe(true);
        return;
      }
      accepted++;
      expect(formatDid(parts)).toBe(text);
    });
    // Both sides were exercised.
    expect(Math.min(refused, accepted)).toBeGreaterThan(500);
  });
});
