import type { JsonObject } from '@ttp/core';
import { hashJson, utf8 } from '@ttp/crypto';
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  LIST_MAX_ELEMENTS,
  loadPolicy,
  POLICY_CEILING_BYTES,
  POLICY_MAX_BYTES,
  POLICY_MAX_RULES,
  TEXT_MAX_CHARACTERS,
} from '../src/index.js';

const RULE = { id: 'a', effect: 'allow', resources: ['r'], actions: ['read'] };
const POLICY = { version: '1.0.0', rules: [RULE] };

/** A policy text of exactly so many UTF-8 bytes, padded with white space. */
const padded = (bytes: number, text = JSON.stringify(POLICY)): string =>
  text + ' '.repeat(bytes - utf8(text).length);

/** A policy of so many rules. */
const withRules = (n: number): JsonObject => ({
  version: '1.0.0',
  rules: Array.from({ length: n }, (_, i) => ({ ...RULE, id: `r${i}` })),
});

/** A policy text of so many levels. */
const nested = (levels: number): string => {
  const inner = `${'['.repeat(levels - 3)}${']'.repeat(levels - 3)}`;
  return `{"version":"1.0.0","rules":[{"conditions":${inner}}]}`;
};

/** A policy whose rule has so many actions. */
const withActions = (n: number): JsonObject => ({
  ...POLICY,
  rules: [{ ...RULE, actions: Array.from({ length: n }, (_, i) => `a${i}`) }],
});

/** What loading a policy complains about. */
const messageOf = (policy: JsonObject): string => {
  try {
    loadPolicy(policy);
  } catch (error) {
    return String(error);
  }
  return '';
};

describe('the size limit', () => {
  it('counts bytes of UTF-8, before parsing', () => {
    proves('spl.policy.size-limit', 'decision.D16');
    expect(POLICY_MAX_BYTES).toBe(51_200);
    expect(loadPolicy(padded(POLICY_MAX_BYTES)).document.version).toBe('1.0.0');
    expect(codeThrownBy(() => loadPolicy(padded(POLICY_MAX_BYTES + 1)))).toBe('SPL_TOO_LARGE');
    expect(codeThrownBy(() => loadPolicy(utf8(padded(POLICY_MAX_BYTES + 1))))).toBe('SPL_TOO_LARGE');
    // 20 000 characters of three bytes each: within the limit by length, beyond it by bytes.
    const wide = JSON.stringify({ ...POLICY, description: '€'.repeat(20_000) });
    expect(wide.length).toBeLessThan(POLICY_MAX_BYTES);
    expect(codeThrownBy(() => loadPolicy(wide))).toBe('SPL_TOO_LARGE');
    // Not JSON at all: nobody looked.
    expect(codeThrownBy(() => loadPolicy('{'.repeat(60_000)))).toBe('SPL_TOO_LARGE');
    expect(codeThrownBy(() => loadPolicy({ ...POLICY, description: 'x'.repeat(60_000) }))).toBe(
      'SPL_TOO_LARGE',
    );
  });

  it('is raised by the host, up to a mebibyte, and never by the policy', () => {
    proves('decision.D16');
    expect(loadPolicy(padded(POLICY_CEILING_BYTES), { maxBytes: POLICY_CEILING_BYTES }).hash).toBe(
      hashJson(POLICY),
    );
    for (const maxBytes of [POLICY_CEILING_BYTES + 1, 0, -1, 1.5, Number.NaN, Infinity])
      expect(
        codeThrownBy(() => loadPolicy(POLICY, { maxBytes })),
        String(maxBytes),
      ).toBe('SPL_BAD_LIMIT');
    expect(codeThrownBy(() => loadPolicy({ ...POLICY, limits: { policyBytes: 1_048_576 } }))).toBe(
      'SPL_UNKNOWN_KEY',
    );
    expect(codeThrownBy(() => loadPolicy(POLICY, { maxBytes: 10 }))).toBe('SPL_TOO_LARGE');
  });
});

describe('the other limits', () => {
  it('are a thousand rules', () => {
    proves('spl.policy.rule-limit');
    const limit = { maxBytes: POLICY_CEILING_BYTES };
    expect(loadPolicy(withRules(POLICY_MAX_RULES), limit).document.rules).toHaveLength(1000);
    expect(codeThrownBy(() => loadPolicy(withRules(POLICY_MAX_RULES + 1), limit))).toBe('SPL_TOO_MANY_RULES');
  });

  it('are sixteen levels', () => {
    proves('spl.policy.depth-limit');
    // Depth is looked at first: at sixteen levels it is the shape that is refused.
    expect(codeThrownBy(() => loadPolicy(nested(16)))).not.toBe('SPL_TOO_DEEP');
    expect(codeThrownBy(() => loadPolicy(nested(17)))).toBe('SPL_TOO_DEEP');
    expect(codeThrownBy(() => loadPolicy(nested(30)))).toBe('SPL_TOO_DEEP');
    expect(codeThrownBy(() => loadPolicy(nested(10_000)))).toBeDefined();
  });

  it('are the lengths of lists and texts', () => {
    const limit = { maxBytes: POLICY_CEILING_BYTES };
    expect(loadPolicy(withActions(LIST_MAX_ELEMENTS), limit).document.rules[0]?.actions).toHaveLength(1000);
    expect(codeThrownBy(() => loadPolicy(withActions(LIST_MAX_ELEMENTS + 1), limit))).toBe('SPL_TOO_LONG');
    const description = 'x'.repeat(TEXT_MAX_CHARACTERS + 1);
    expect(codeThrownBy(() => loadPolicy({ ...POLICY, description }))).toBe('SPL_TOO_LONG');
  });
});

describe('the text', () => {
  it.each(['', ' ', '\n\t', '{}', 'null', '[]', '"x"', '{"version":"1.0.0","rules":[]}'])(
    'is refused when nothing is in it: %j',
    (text) => {
      proves('spl.policy.refuse-empty');
      expect(codeThrownBy(() => loadPolicy(text))).toBe('SPL_EMPTY');
    },
  );

  it.each([
    ['two values of one key', '{"version":"1.0.0","rules":[],"rules":[]}'],
    ['a comment', '{"version":"1.0.0" /* x */}'],
    ['text after it', '{"version":"1.0.0","rules":[]} x'],
    ['a key that rewires objects', '{"version":"1.0.0","rules":[{"__proto__":{}}]}'],
    ['a lone surrogate', '{"version":"1.0.0","description":"\\ud800","rules":[]}'],
  ])('is strict JSON: no %s', (_, text) => {
    expect(codeThrownBy(() => loadPolicy(text))).toMatch(/^CRYPTO_JSON_/);
  });

  it('is refused as bytes that are no UTF-8', () => {
    expect(codeThrownBy(() => loadPolicy(Uint8Array.of(0x7b, 0xff, 0x7d)))).toBe('CRYPTO_BAD_UTF8');
  });

  it('suggests what a misspelt word was meant to be', () => {
    expect(messageOf({ ...POLICY, rules: [{ ...RULE, condtions: {} }] })).toContain('"conditions"');
    expect(messageOf({ ...POLICY, rules: [{ ...RULE, effect: 'alow' }] })).toContain('"allow"');
    expect(messageOf({ ...POLICY, rules: [{ ...RULE, conditions: { riskLvel: 'low' } }] })).toContain(
      '"riskLevel"',
    );
    expect(
      messageOf({ ...POLICY, rules: [{ ...RULE, conditions: { riskLevel: { notin: ['low'] } } }] }),
    ).toContain('"not_in"');
    expect(messageOf({ ...POLICY, ['q'.repeat(500)]: 1 })).not.toContain('did you mean');
  });
});

describe('a loaded policy', () => {
  it('has the hash of its canonical form, whatever its spacing and order of keys', () => {
    const text = JSON.stringify(POLICY, undefined, 4);
    const other = `{ "rules": [ ${JSON.stringify(Object.fromEntries(Object.entries(RULE).toReversed()))} ], "version": "1.0.0" }`;
    expect(loadPolicy(text).hash).toBe(hashJson(POLICY));
    expect(loadPolicy(other).hash).toBe(hashJson(POLICY));
    expect(loadPolicy(utf8(text)).hash).toBe(hashJson(POLICY));
    expect(loadPolicy({ ...POLICY, description: 'x' }).hash).not.toBe(hashJson(POLICY));
  });

  it('keeps its text to the byte, so that it can be signed and loaded again', () => {
    const text = JSON.stringify(POLICY, undefined, 4);
    expect(loadPolicy(text).text).toBe(text);
    expect(loadPolicy(POLICY).text).toBe(
      '{"rules":[{"actions":["read"],"effect":"allow","id":"a","resources":["r"]}],"version":"1.0.0"}',
    );
  });

  it('cannot be changed, and does not change with the object it came from', () => {
    const source = structuredClone(POLICY);
    const policy = loadPolicy(source);
    source.rules[0] = { ...RULE, effect: 'deny' };
    expect(policy.document.rules[0]?.effect).toBe('allow');
    expect(Object.isFrozen(policy.document)).toBe(true);
    expect(Object.isFrozen(policy.document.rules[0]?.actions)).toBe(true);
  });

  it('names its agent by a readable name or a did:ttp', () => {
    for (const agentDid of [
      'did:tessorium:agent:example:v1',
      'did:ttp:agent:QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG',
    ])
      expect(loadPolicy({ ...POLICY, agentDid }).document.agentDid).toBe(agentDid);
  });
});
