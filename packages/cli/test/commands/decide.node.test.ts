import type { JsonObject } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enforcementPoint, read } from '../enforcement.js';
import { type Folder, folder, ttp, ttpJson } from '../harness.js';

const POLICY = {
  version: '1.0.0',
  rules: [{ id: 'read', effect: 'allow', resources: ['file:data/**'], actions: ['read'] }],
};
const REQUEST = { action: 'read', resource: 'file:data/a.txt', input: { path: 'data/a.txt' } };
const FACTS = {
  identity: { verified: true, method: 'challenge-response' },
  fraud: { risk: 0, signals: [] },
  trust: {},
};

let dir: Folder;
let bundle: string;
let key: string;
beforeAll(async () => {
  dir = folder();
  dir.write('policy.json', POLICY);
  dir.write('request.json', REQUEST);
  dir.write('facts.json', FACTS);
  const point = await enforcementPoint();
  await read(point.ttp, 'data/a.txt');
  await read(point.ttp, 'data/keys/a.pem');
  await read(point.ttp, 'data/b.txt');
  bundle = await point.ttp.exportBundle();
  key = point.ttp.logKey;
  await point.ttp.close();
  dir.write('bundle.jsonl', bundle);
});
afterAll(() => dir.remove());

const args = (more: readonly string[] = [], facts = 'facts.json', request = 'request.json') => [
  'decide',
  dir.at('policy.json'),
  '--request',
  dir.at(request),
  '--facts',
  dir.at(facts),
  ...more,
];
const decided = (facts: object, more: readonly string[] = []) => {
  dir.write('other.json', { ...FACTS, ...facts });
  return ttpJson(args(more, 'other.json'));
};

describe('ttp decide', () => {
  it('decides as an enforcement point would, and says yes or no by its exit code', async () => {
    const { code, json } = await ttpJson(args());
    expect(code).toBe(0);
    expect(json).toEqual({
      outcome: 'allow',
      effect: 'allow',
      risk: { score: 2250, level: 'low' },
      confidence: 10_000,
      humanOverridable: false,
      hash: expect.stringMatching(/^sha256:/),
    });
    const soft = await decided({ fraud: { risk: 6000, signals: ['burst'] } });
    expect(soft).toMatchObject({ code: 1, json: { outcome: 'deny-soft', risk: { level: 'high' } } });
    dir.write('write.json', { ...REQUEST, action: 'write' });
    expect(await ttpJson(args([], 'facts.json', 'write.json'))).toMatchObject({
      code: 1,
      json: { outcome: 'deny-hard' },
    });
  });

  it('explains every factor and reason, to people and to programs', async () => {
    proves('tre.reasoning.trace');
    const { json } = await ttpJson(args(['--explain']));
    const decision = Object(json['decision']);
    expect(decision).toMatchObject({ v: 1, outcome: 'allow' });
    expect(decision.factors).toHaveLength(5);
    expect(decision.reasons.map(({ code }: JsonObject) => code)).toEqual([
      'SPL_RULE_APPLIES',
      'TRE_POLICY_EFFECT',
      'TRE_RISK',
    ]);
    const { out } = await ttp([...args(['--explain']), '--text']);
    expect(out).toMatch(
      /^ALLOW: it may proceed\nrisk 2250 of 10000 \(low\), confidence 100 %, policy allow\n/,
    );
    for (const word of ['identity', 'reputation', 'behavioral', 'fraud', 'TRE_RISK', 'sha256:'])
      expect(out).toContain(word);
    expect((await ttp([...args(), '--text'])).out.split('\n')).toHaveLength(4);
  });

  it('takes facts of a score, a report, evidence as it is recorded, and thresholds', async () => {
    const critical = await decided({ trust: { securityEvents: ['critical'] } });
    expect(critical.json).toMatchObject({ outcome: 'deny-hard' });
    expect((await decided({ trust: { totalBp: 1 } })).json).toMatchObject({ confidence: 5500 });
    const identity = { value: { verified: true, method: 'handshake' }, at: 5, validFor: 10 };
    dir.write('evidence.json', {
      now: 10,
      epoch: 3,
      facts: { identity },
      absent: { trust: 'FETCH_TIMEOUT' },
    });
    const recorded = await ttpJson(args(['--explain'], 'evidence.json'));
    expect(recorded.json['decision']).toMatchObject({ epoch: 3, at: 10, confidence: 2500 });
    dir.write('thresholds.json', { low: 100, medium: 2200 });
    const warned = await ttpJson(args(['--thresholds', dir.at('thresholds.json')]));
    expect(warned.json).toMatchObject({ outcome: 'warn' });
  });

  it('writes out what a stranger would have a terminal do', async () => {
    dir.write('other.json', { ...FACTS, fraud: { risk: 1, signals: ['\u001b[2J\nALLOW'] } });
    const { out } = await ttp([...args(['--explain'], 'other.json'), '--text']);
    expect(out).not.toContain('\u001b');
    expect(out.split('\n').filter((line) => line.startsWith('ALLOW'))).toHaveLength(1);
  });

  it('shows similar past decisions of a trusted bundle, which change nothing', async () => {
    const more = ['--bundle', dir.at('bundle.jsonl'), '--log-key', key];
    const { json } = await ttpJson(args(more));
    expect(json['similar']).toEqual([
      expect.objectContaining({ outcome: 'allow', similarity: expect.any(Number) }),
      expect.objectContaining({ outcome: 'allow' }),
    ]);
    expect(json).toMatchObject({ outcome: 'allow', risk: { score: 2250 } });
    expect((await ttp([...args(more), '--text'])).out).toContain('similar past decisions:');
    const untrusted = await ttpJson(args(['--bundle', dir.at('bundle.jsonl')]));
    expect(untrusted).toMatchObject({ code: 2, json: { error: { code: 'CLI_LOG_KEY_MISSING' } } });
  });

  it('refuses what is no request, no facts or no thresholds, and names the file', async () => {
    for (const [name, content, code] of [
      ['request', { resource: 'file:a' }, 'TRE_REPLAY_BAD_INPUT'],
      ['request', [], 'CLI_REQUEST'],
      ['request', { ...REQUEST, mode: 'a2x' }, 'TRE_REPLAY_BAD_INPUT'],
      ['facts', 7, 'CLI_REQUEST'],
      ['facts', { trust: { karma: 1 } }, 'CLI_REQUEST'],
      ['facts', { now: -1, epoch: 0, facts: {}, absent: {} }, 'TRE_REPLAY_BAD_INPUT'],
      ['facts', { trust: { securityEvents: 'none' } }, 'SCORE_BAD_SECURITY_EVENT'],
      ['thresholds', { high: 1 }, 'TRE_BAD_THRESHOLDS'],
    ] as const) {
      const file = dir.write('bad.json', content);
      const { code: exit, json } = await ttpJson(args([`--${name}`, file]));
      expect([exit, json.error?.['code']], JSON.stringify(content)).toEqual([2, code]);
      expect(JSON.stringify(json.error)).toContain(file);
    }
  });
});

const replay = (...more: readonly string[]) => ttpJson(['replay', dir.at('bundle.jsonl'), ...more]);

describe('ttp replay', () => {
  it('makes every decision of a bundle again, to the same bytes', async () => {
    proves('tre.replay', 'cli.replay');
    const { code, json } = await replay('--log-key', key);
    expect(code).toBe(0);
    expect(json).toMatchObject({ valid: true, trusted: true, same: 3, absent: 0, differs: 0 });
    const decisions = Array.isArray(json['decisions']) ? json['decisions'] : [];
    expect(decisions.map((one) => [Object(one).outcome, Object(one).result])).toEqual([
      ['allow', 'same'],
      ['deny-hard', 'same'],
      ['allow', 'same'],
    ]);
    const { out } = await ttp(['replay', dir.at('bundle.jsonl'), '--log-key', key, '--text']);
    expect(out).toContain('ok: 3 the same to the byte, 0 absent, 0 not the same');
    expect(out).toContain('read file:data/keys/a.pem');
  });

  it('explains one of them, with those that resemble it', async () => {
    const { json } = await replay('--log-key', key);
    const [first, denied] = Array.isArray(json['decisions']) ? json['decisions'] : [];
    const of = async (one: unknown) =>
      (await replay('--log-key', key, '--entry', Object(one).index)).json['explained'];
    expect(await of(denied)).toMatchObject({ decision: { outcome: 'deny-hard', effect: 'deny' } });
    expect(await of(first)).toMatchObject({
      similar: [{ outcome: 'allow' }, { outcome: 'deny-hard' }],
    });
    expect(await replay('--log-key', key, '--entry', '0')).toMatchObject({ code: 2 });
  });

  it('says no to whom nobody trusts, and to what was altered', async () => {
    const { code, json } = await replay();
    expect(code).toBe(1);
    expect(json).toMatchObject({ valid: false, trusted: false, whole: true, same: 3 });
    const altered = dir.write('altered.jsonl', bundle.split('\n').slice(0, -2).join('\n'));
    const answer = await ttpJson(['replay', altered, '--log-key', key]);
    expect(answer).toMatchObject({ code: 1, json: { valid: false, whole: false, decisions: [] } });
  });
});
