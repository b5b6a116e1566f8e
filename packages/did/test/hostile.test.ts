import { asDid, isJsonObject, type JsonObject } from '@ttp/core';
import { parseJson } from '@ttp/crypto';
import { codeThrownBy, type SeededRandom, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { parseOperation } from '../src/operation.js';
import { parseNameClaim } from '../src/registry/claim.js';
import { decodeNameEntry } from '../src/registry/entry.js';
import { parseRevocation, parseRuling } from '../src/revocation/statement.js';

const DID = asDid(`did:ttp:tool:QmS2ueMrjyjVjUofn2tmyt5Nmxc3xThVhVDa4fomPbMM6Y`);
const HASH = `sha256:${'0'.repeat(64)}`;
/** A key is decoded and checked by curve arithmetic, which takes too long for so many; these keys end before it. */
const KEY = 'z6Mk';

const bodies: readonly [string, (body: JsonObject) => unknown, JsonObject][] = [
  [
    'revocation',
    (body) => parseRevocation(body, { iat: 5 }),
    { v: 1, subject: DID, tier: 'self', severity: 'low', cause: 'conduct', reason: 'r', until: 9 },
  ],
  ['ruling', parseRuling, { v: 1, revocation: HASH, reason: 'r' }],
  [
    'name claim',
    parseNameClaim,
    {
      v: 1,
      name: 'did:tessorium:tool:github-api:v1',
      did: DID,
      authority: { kind: 'operator', did: DID },
      prev: HASH,
    },
  ],
  [
    'recovery',
    parseOperation,
    { v: 1, op: 'recover', seq: 1, keys: [KEY], next: [HASH], recovery: { backup: HASH } },
  ],
  ['end', parseOperation, { v: 1, op: 'deactivate', seq: 1, keys: [KEY] }],
];

describe('a body that was altered 20 000 times', () => {
  it.each(bodies)('is read as a %s or refused with a code', async (name, parse, body) => {
    const text = JSON.stringify(body);
    let read = 0;
    await withSeed(`hostile ${name}`, 100, (random) => {
      for (let i = 0; i < 200; i++) {
        const code = codeThrownBy(() => {
          const value = parseJson(altered(random, text));
          if (isJsonObject(value)) parse(value);
          read++;
        });
        if (code !== undefined && !/^(?:DID|CRYPTO|CORE)_/.test(code)) throw new Error(code);
      }
    });
    // The keys above are never good, so an operation is never read; the rest is now and then.
    expect(read).toBeLessThan(20_000);
    expect(codeThrownBy(() => parse(body)) ?? 'DID_BAD_KEY').toBe('DID_BAD_KEY');
  });
});

it('an entry of a registry, altered 20 000 times, is read or refused with a code', async () => {
  const text = JSON.stringify({
    v: 1,
    at: 5,
    claim: '{"body":{},"head":{"iat":1,"iss":"did:a:b"},"sigs":[],"type":"x"}',
  });
  await withSeed('hostile entry', 100, (random) => {
    for (let i = 0; i < 200; i++) {
      const code = codeThrownBy(() => decodeNameEntry(altered(random, text), 0n));
      if (code !== undefined && !/^(?:DID|CRYPTO|CORE)_/.test(code)) throw new Error(code);
    }
    expect(text.length).toBeGreaterThan(0);
  });
});

function altered(random: SeededRandom, text: string): string {
  const at = random.int(text.length);
  const piece = random.pick([
    '',
    '0',
    '-1',
    '"',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    'null',
    '1e9',
    '\u0000',
    '\ud800',
    'é',
  ]);
  return text.slice(0, at) + piece + text.slice(at + random.int(4));
}
