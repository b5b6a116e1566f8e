import { readFileSync } from 'node:fs';
import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { fromMultikey, hex, parseJson, utf8 } from '@ttp/crypto';
import { NO_BEHAVIOR } from '@ttp/score';
import { THIRD_PARTY_ABSENT, thirdParty, vectors } from '@ttp/testkit';
import { describe, expect, it, type TestContext } from 'vitest';
import { operations } from '../../src/conformance/operations.js';
import { answer } from '../../src/conformance/protocol.js';

const OPERATIONS = operations();

/** What an operation answers: its result, or the code of its error. */
async function ask(op: string, args: object): Promise<JsonObject | string> {
  const line = await answer(utf8(JSON.stringify({ id: 0, op, ...args })), OPERATIONS);
  const { result, error } = Object(parseJson(line, { profile: 'foreign' }));
  return isJsonObject(result) ? result : String(error.code);
}

/** `sha256:` and digits, as bytes are written in requests. */
const digits = (hash: string): string => hash.replace('sha256:', '');

describe('the vectors of the packages, through the protocol', () => {
  it('spl.match', async () => {
    const cases = vectors<{ pattern: string; resource: string; expect?: boolean; code?: string }>(
      'spl/match',
    );
    for (const { name, pattern, resource, expect: matches, code } of cases)
      expect(await ask('spl.match', { pattern, resource }), name).toEqual(code ?? { matches });
  });

  it('spl.load', async () => {
    const cases = vectors<{ policy: Json; code?: string }>('spl/load');
    for (const { name, policy, code } of cases) {
      const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
      const loaded = await ask('spl.load', { text });
      if (code === undefined)
        expect(loaded, name).toEqual({ hash: expect.any(String), lint: expect.any(Array) });
      else expect(loaded, name).toBe(code);
    }
  });

  it('spl.evaluate', async () => {
    const cases = vectors<{ policy: string; request: { now: number }; expect: object }>('spl/verdicts');
    for (const { name, policy, request, expect: verdict } of cases) {
      const text = readFileSync(
        new URL(`../../../../conformance/vectors/spl/${policy}`, import.meta.url),
        'utf8',
      );
      const { now, ...rest } = request;
      expect(await ask('spl.evaluate', { text, request: rest, now }), name).toMatchObject(verdict);
    }
  });

  it('tre.decide', async () => {
    const cases = vectors<{
      interaction: Json;
      evidence: Json;
      policy: string;
      thresholds: Json;
      expect?: JsonObject;
      code?: string;
    }>('tre/decide');
    for (const { name, interaction, evidence, policy, thresholds, expect: expected, code } of cases) {
      const decided = await ask('tre.decide', { interaction, evidence, policy, thresholds });
      if (code !== undefined) expect(['CONFORMANCE_BAD_REQUEST', code], name).toContain(decided);
      else {
        const { outcome, score, level } = expected ?? {};
        expect(decided, name).toMatchObject({ v: 1, outcome, risk: { score, level } });
      }
    }
  });

  it('tre.decide without what nobody has anything to say about', async () => {
    const [one] = vectors<{ interaction: JsonObject; evidence: JsonObject; policy: string }>('tre/decide');
    if (one === undefined) throw new Error('no decision');
    const whole = { interaction: { ...one.interaction, input: {}, claims: {} }, evidence: one.evidence };
    const { input: _, claims: __, ...interaction } = one.interaction;
    const { epoch: ___, absent: ____, ...evidence } = one.evidence;
    const { policy } = one;
    const decided = await ask('tre.decide', { ...whole, policy });
    expect(decided).toMatchObject({ v: 1, outcome: 'allow' });
    expect(await ask('tre.decide', { interaction, evidence, policy, thresholds: {} })).toEqual(decided);
    const { now: _____, ...timeless } = evidence;
    expect(await ask('tre.decide', { interaction, evidence: timeless, policy })).toBe(
      'CONFORMANCE_BAD_REQUEST',
    );
    expect(await ask('tre.decide', { interaction, evidence: { ...evidence, absent: 7 }, policy })).toBe(
      'CONFORMANCE_BAD_REQUEST',
    );
  });

  it('score.trust, score.isnad, score.tool, score.service', async () => {
    for (const score of ['trust', 'isnad', 'tool', 'service']) {
      const cases = vectors<{ facts: Json; now?: Json; expect?: JsonObject; code?: string }>(
        `score/${score}`,
      );
      expect(cases.length).toBeGreaterThan(10);
      for (const { name, facts, now, expect: report, code } of cases) {
        const scored = await ask(`score.${score}`, { facts, now: score === 'isnad' ? now : 0 });
        if (report === undefined) expect(['CONFORMANCE_BAD_REQUEST', code], name).toContain(scored);
        else expect(scored, name).toMatchObject({ report });
      }
    }
  });

  it('scores what is said alone, and names what is wrong by the codes of the package', async () => {
    const gates = { identityVerified: true, killed: false, revoked: false };
    const known = { attestations: [], behavior: NO_BEHAVIOR, securityEvents: [] };
    expect(await ask('score.trust', { facts: gates })).toEqual(
      await ask('score.trust', { facts: { ...gates, ...known } }),
    );
    for (const [op, facts, code] of [
      ['score.trust', { ...known, identityVerified: true }, 'SCORE_BAD_GATE'],
      ['score.trust', { ...gates, attestations: {} }, 'SCORE_BAD_ATTESTATION'],
      ['score.trust', { ...gates, behavior: null }, 'SCORE_BAD_BEHAVIOR'],
      ['score.isnad', {}, 'SCORE_BAD_ENTRY'],
      ['score.tool', { executions: {} }, 'SCORE_BAD_EXECUTION'],
      ['score.service', { success: 9 }, 'SCORE_BAD_SERVICE'],
      ['score.service', null, 'CONFORMANCE_BAD_REQUEST'],
    ] as const)
      expect(await ask(op, { facts, now: 0 }), JSON.stringify(facts)).toBe(code);
  });

  it('scores in points: whole ones of an agent, tenths of a chain, hundredths of a tool or service', async () => {
    const [trust] = vectors<{ facts: Json }>('score/trust').filter(({ name }) =>
      name.startsWith('one standard'),
    );
    expect(await ask('score.trust', { facts: trust?.facts })).toMatchObject({
      total: 45,
      components: { identity: 40, reputation: 5, behavioral: 0 },
      stage: 'new',
    });
    const entries = [{ partner: 'did:ttp:agent:p', at: 31_536_000_000, standing: 'confirmed' }];
    expect(await ask('score.isnad', { facts: { entries, since: 0 }, now: 31_536_000_000 })).toMatchObject({
      total: 59.1,
      components: { volume: 10, consistency: 100, diversity: 8, longevity: 100, disputePenalty: 100 },
      flags: ['self-dealing'],
    });
    const execution = { compliant: true, latencyMs: 100, usage: { cpu: 0, memory: 0, network: 0 } };
    const executions = [true, true, false].map((successful) => ({ ...execution, successful }));
    expect(await ask('score.tool', { facts: { executions } })).toMatchObject({
      total: 85.66,
      components: { reliability: 26.66, performance: 24, efficiency: 20, compliance: 15 },
    });
    const all = { good: 2, total: 3 };
    const names = ['success', 'uptime', 'endpointHealth', 'policyCompliance', 'dlpClean', 'authenticated'];
    const facts = Object.fromEntries([...names, 'handled', 'inTime', 'untripped'].map((name) => [name, all]));
    expect(await ask('score.service', { facts })).toMatchObject({
      total: 49.99,
      components: { availability: 23.33, performance: 0, security: 16.66, reliability: 10 },
      level: 'limited',
    });
  });

  it('did.parse', async () => {
    const cases = vectors<{ did: string; expect?: { method: string }; code?: string }>('did/parse');
    for (const { name, did, expect: parsed, code } of cases) {
      const answered = await ask('did.parse', { did });
      if (parsed === undefined) expect(answered, name).toBe(code);
      else expect(answered, name).toMatchObject({ method: parsed.method, canonical: did });
    }
  });

  it('did.log', async () => {
    const cases = vectors<{ entries: string[]; parents?: object; expect?: Json; code?: string }>(
      'did/key-log',
    );
    const alone = cases.filter(({ parents }) => parents === undefined);
    expect(alone.length).toBeGreaterThan(20);
    for (const { name, entries, expect: document, code } of alone)
      expect(await ask('did.log', { entries }), name).toEqual(code ?? document);
  });

  it('envelope.verify', async () => {
    interface Case {
      readonly envelope: string;
      readonly type: string;
      readonly keys: Record<string, string>;
      readonly signers?: object;
      readonly audience?: string;
      readonly now: number;
      readonly expect?: { readonly id: string };
      readonly code?: string;
    }
    for (const { name, envelope: text, keys, expect: accepted, code, file: _, ...args } of vectors<Case>(
      'envelope',
    )) {
      const raw = Object.fromEntries(Object.entries(keys).map(([kid, key]) => [kid, hex(fromMultikey(key))]));
      const answered = await ask('envelope.verify', { text, keys: raw, ...args });
      if (accepted !== undefined) expect(answered, name).toEqual({ valid: true, id: accepted.id });
      // Without an audience in the line, the envelope's own is the reader.
      else if (code !== 'CRYPTO_ENVELOPE_AUDIENCE' || args.audience !== undefined)
        expect(answered, name).toEqual({ valid: false, code });
    }
  });

  it('merkle.root, merkle.verifyInclusion, merkle.verifyConsistency', async () => {
    for (const { entries, expect: root, name } of vectors<{ entries: string[]; expect: string }>(
      'merkle/root',
    ))
      expect(await ask('merkle.root', { leaves: entries }), name).toEqual({ root: digits(root) });
    interface Inclusion {
      readonly leafHash: string;
      readonly hashes: readonly string[];
      readonly root: string;
      readonly index: string;
      readonly size: string;
      readonly expect: boolean;
    }
    for (const { name, leafHash, hashes, root, index, size, expect: valid } of vectors<Inclusion>(
      'merkle/inclusion',
    )) {
      const args = { leafHash: digits(leafHash), proof: hashes.map(digits), root: digits(root), index, size };
      expect(await ask('merkle.verifyInclusion', args), name).toEqual({ valid });
    }
    interface Consistency {
      readonly size1: string;
      readonly size2: string;
      readonly root1: string;
      readonly root2: string;
      readonly hashes: readonly string[];
      readonly expect: boolean;
    }
    for (const { name, hashes, root1, root2, size1, size2, expect: valid } of vectors<Consistency>(
      'merkle/consistency',
    )) {
      const args = { size1, size2, root1: digits(root1), root2: digits(root2), proof: hashes.map(digits) };
      expect(await ask('merkle.verifyConsistency', args), name).toEqual({ valid });
    }
  });

  it('trace.verify', async () => {
    interface Case {
      readonly trust: { readonly kid: string; readonly publicKey: string; readonly origin: string };
      readonly bundle: string;
      readonly code?: string;
      readonly line?: number;
    }
    for (const { name, trust, bundle, code, line } of vectors<Case>('merkle/bundle')) {
      const answered = await ask('trace.verify', { text: bundle, trust: { logKeys: [trust] } });
      if (code === undefined) expect(answered, name).toMatchObject({ valid: true, findings: [] });
      else {
        const { findings, ...verdict } = Object(answered);
        expect([verdict.valid, findings[0].code, findings[0].line], name).toEqual([false, code, line]);
      }
    }
  });

  it('dlp.scan', async () => {
    for (const { name, parts, expect: findings } of vectors<{ parts: string[]; expect: Json }>('dlp'))
      expect(await ask('dlp.scan', { text: parts.join('') }), name).toEqual({ findings });
  });

  it('json.parse and jcs', async () => {
    const cases = vectors<{ text?: string; profile: string; expect?: string; code?: string }>('json');
    for (const { name, text, expect: canonical, code } of cases.filter(
      (one) => one.profile === 'strict' && one.text !== undefined,
    )) {
      expect(await ask('jcs', { text }), name).toEqual(code ?? { canonical });
      const parsed = await ask('json.parse', { text });
      expect(typeof parsed === 'string' ? parsed : undefined, name).toBe(code);
    }
  });
});

interface WycheproofTest {
  readonly tcId: number;
  readonly result: 'valid' | 'invalid' | 'acceptable';
  readonly [name: string]: unknown;
}

interface WycheproofGroup {
  readonly tests: readonly WycheproofTest[];
  readonly [name: string]: unknown;
}

/** Every test of a Wycheproof file whose group `wanted` takes, with its group. */
function wycheproof(
  context: TestContext,
  name: string,
  wanted: (group: WycheproofGroup) => boolean = () => true,
): readonly (readonly [WycheproofTest, WycheproofGroup])[] {
  const text = thirdParty(`crypto/wycheproof/${name}_test.json`) ?? context.skip(THIRD_PARTY_ABSENT);
  const { testGroups }: { testGroups: readonly WycheproofGroup[] } = JSON.parse(text);
  const tests = testGroups
    .filter(wanted)
    .flatMap((group) => group.tests.map((test) => [test, group] as const));
  expect(tests.length).toBeGreaterThan(30);
  return tests;
}

const isOurGcm = ({ keySize, ivSize, tagSize }: WycheproofGroup): boolean =>
  keySize === 256 && ivSize === 96 && tagSize === 128;
const isWholeTag = ({ tagSize }: WycheproofGroup): boolean => tagSize === 256;

describe('Wycheproof, through the protocol', () => {
  it('ed25519.verify', async (context) => {
    for (const [{ msg: message, sig: signature, result, tcId }, { publicKey }] of wycheproof(
      context,
      'ed25519',
    )) {
      const { pk } = Object(publicKey);
      const answered = await ask('ed25519.verify', { publicKey: pk, message, signature });
      expect(answered, `test case ${tcId}`).toEqual({ valid: result === 'valid' });
    }
  });

  it('p256.verify', async (context) => {
    for (const [{ msg: message, sig: signature, result, tcId }, { publicKey }] of wycheproof(
      context,
      'ecdsa_secp256r1_sha256_p1363',
    )) {
      const { uncompressed } = Object(publicKey);
      const answered = await ask('p256.verify', {
        publicKey: uncompressed,
        message,
        signature,
        hash: 'SHA-256',
      });
      expect(answered, `test case ${tcId}`).toEqual({ valid: result === 'valid' });
    }
  });

  it('x25519', async (context) => {
    for (const [{ private: secret, public: publicKey, shared, tcId }] of wycheproof(context, 'x25519'))
      expect(await ask('x25519', { secret, publicKey }), `test case ${tcId}`).toEqual(
        shared === '00'.repeat(32) ? 'CRYPTO_LOW_ORDER_POINT' : { shared },
      );
  });

  it('aes256gcm.open', async (context) => {
    for (const [{ key, iv, aad, msg, ct: ciphertext, tag, result, tcId }] of wycheproof(
      context,
      'aes_gcm',
      isOurGcm,
    ))
      expect(await ask('aes256gcm.open', { key, iv, aad, ciphertext, tag }), `test case ${tcId}`).toEqual(
        result === 'valid' ? { plaintext: msg } : 'CRYPTO_AEAD_REFUSED',
      );
  });

  it('hmac, hkdf, pbkdf2', async (context) => {
    for (const [{ key, msg: data, tag: mac, result, tcId }] of wycheproof(
      context,
      'hmac_sha256',
      isWholeTag,
    )) {
      const answered = await ask('hmac', { key, data, hash: 'sha256' });
      expect(JSON.stringify(answered) === JSON.stringify({ mac }), `hmac ${tcId}`).toBe(result === 'valid');
    }
    for (const [{ ikm, salt, info, size: length, okm, result, tcId }] of wycheproof(context, 'hkdf_sha256'))
      expect(await ask('hkdf', { ikm, salt, info, length, hash: 'sha256' }), `hkdf ${tcId}`).toEqual(
        result === 'valid' ? { okm } : 'CRYPTO_BAD_PARAMETER',
      );
    // More iterations show nothing more, and take their time.
    for (const [{ password, salt, iterationCount: iterations, dkLen, dk, tcId }] of wycheproof(
      context,
      'pbkdf2_hmacsha256',
    ))
      if (Number(iterations) <= 4096)
        expect(
          await ask('pbkdf2', { password, salt, iterations, dkLen, hash: 'sha256' }),
          `pbkdf2 ${tcId}`,
        ).toEqual({ dk });
  });
});
