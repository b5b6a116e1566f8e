import { systemTimer } from '@ttp/adapters/system';
import type { Hash } from '@ttp/core';
import { fromMultikey, multikey, parseJson } from '@ttp/crypto';
import { bundleEntries } from '@ttp/etr-merkle/trace';
import { codeThrownBy, proves, testSigner } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseLogKey } from '../../src/verify/log-keys.js';
import { verifyBundle } from '../../src/verify/verify-bundle.js';
import { enforcementPoint, read } from '../enforcement.js';
import { type Folder, folder, ttp as run, ttpJson } from '../harness.js';

let dir: Folder;
let bundle: string;
let key: string;
let did: string;
/** The same log without the evidence of its first decision. */
let withheld: string;

const STRANGER = multikey(testSigner(7).publicKey);

beforeAll(async () => {
  dir = folder();
  const { ttp } = await enforcementPoint();
  await read(ttp, 'data/a.txt');
  await read(ttp, 'data/keys/a.pem');
  await read(ttp, 'data/b.txt');
  bundle = await ttp.exportBundle();
  const gathered = bundleEntries(bundle).find(({ type }) => type === 'evidence-gathered');
  const hidden = gathered?.data['evidence'];
  withheld = await ttp.exportBundle({ disclose: (hash: Hash) => hash !== hidden });
  [key, did] = [ttp.logKey, ttp.did];
  await ttp.close();
  dir.write('bundle.jsonl', bundle);
});
afterAll(() => dir.remove());

const verify = (file: string, ...keys: readonly string[]) =>
  ttpJson(['verify', file, ...keys.flatMap((one) => ['--log-key', one])]);

/** The bundle with one line replaced. */
const changed = (line: number, change: (text: string) => string): string =>
  bundle
    .split('\n')
    .map((text, i) => (i === line - 1 ? change(text) : text))
    .join('\n');

describe('ttp verify', () => {
  it('says yes to a whole bundle of a trusted key, check by check', async () => {
    const { code, json } = await verify(dir.at('bundle.jsonl'), key);
    expect(code).toBe(0);
    expect(json).toMatchObject({ valid: true, trusted: true, origin: `${did}/log/0`, findings: [] });
    const checks = parseJson(JSON.stringify(json['checks']));
    expect(checks).toContainEqual({ check: 'inclusion', status: 'passed' });
    expect(checks).toContainEqual({ check: 'seal', status: 'skipped' });
    const { out } = await run(['verify', '--text', dir.at('bundle.jsonl'), '--log-key', key]);
    expect(out).toMatch(/^ok {6}trust .*\nok {6}signature\n/);
    expect(out).toMatch(/\nvalid: \d+ entries of did:ttp:agent:Qm\w+\/log\/0\n$/);
  });

  it('decides every decision again, denials too, and compares the bytes', async () => {
    proves('cli.replay');
    expect((await verify(dir.at('bundle.jsonl'), key)).json['replay']).toEqual({
      same: 3,
      absent: 0,
      differs: [],
    });
  });

  it('counts decisions that are not disclosed, and believes the rest', async () => {
    const { code, json } = await verify(dir.write('withheld.jsonl', withheld), key);
    expect({ code, replay: json['replay'] }).toEqual({
      code: 0,
      replay: { same: 2, absent: 1, differs: [] },
    });
  });

  it('says no without a key, whatever the bundle says about itself', async () => {
    const { code, json } = await verify(dir.at('bundle.jsonl'));
    expect(code).toBe(1);
    expect(json).toMatchObject({ valid: false, trusted: false, claimedKey: key, findings: [] });
    const { out } = await run(['verify', '--text', dir.at('bundle.jsonl')]);
    expect(out).toMatch(new RegExp(`^FAILED {2}trust .*${key}.*\\[CLI_LOG_KEY_MISSING\\]\n`));
    expect(out).toMatch(/\nNOT VALID: /);
  });

  it('says no with the key of somebody else', async () => {
    const { code, json } = await verify(dir.at('bundle.jsonl'), STRANGER);
    expect({ code, trusted: json['trusted'] }).toEqual({ code: 1, trusted: false });
    expect(json['findings']).toMatchObject([{ line: 1, check: 'signature', code: 'ETR_BUNDLE_SIGNATURE' }]);
  });

  it('finds the right one of several keys, in any order', async () => {
    expect((await verify(dir.at('bundle.jsonl'), STRANGER, key)).code).toBe(0);
    expect((await verify(dir.at('bundle.jsonl'), key, STRANGER)).code).toBe(0);
  });

  it('does not let a key vouch for an enforcement point that it was not trusted with', async () => {
    expect((await verify(dir.at('bundle.jsonl'), `${did}=${key}`)).code).toBe(0);
    const other = did.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'));
    expect((await verify(dir.at('bundle.jsonl'), `${other}=${key}`)).code).toBe(1);
  });

  it('names the line and the code of what was changed', async () => {
    const file = dir.write(
      'changed.jsonl',
      changed(5, (line) => line.replace('trace', 'trade')),
    );
    const { code, json } = await verify(file, key);
    expect(code).toBe(1);
    expect(json['findings']).toEqual([expect.objectContaining({ line: 5, code: 'ETR_BUNDLE_LINE' })]);
    expect(json['replay']).toEqual({ same: 0, absent: 0, differs: [] });
    const { out } = await run(['verify', '--text', file, '--log-key', key]);
    expect(out).toContain('FAILED  lines\n          line 5: ');
    expect(out).toContain('[ETR_BUNDLE_LINE]');
  });

  it.each([
    ['a line less', () => `${bundle.split('\n').slice(0, -2).join('\n')}\n`],
    ['a line more', () => `${bundle}{}\n`],
    ['two lines swapped', () => bundle.replace(/^((?:.*\n){3})(.*\n)(.*\n)/, '$1$3$2')],
  ])('says no to %s', async (name, forged) => {
    expect(await verify(dir.write(`${name}.jsonl`, forged()), key)).toMatchObject({
      code: 1,
      json: { valid: false },
    });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'hello\n'],
    [
      'an envelope of something else',
      '{"body":{},"head":{"iat":1,"iss":"did:key:z6Mk"},"sigs":[],"type":"ttp/bundle@1"}\n',
    ],
  ])('%s is no bundle: bad input', async (name, text) => {
    const { code, json } = await verify(dir.write(`${name}.jsonl`, text), key);
    expect({ code, error: json.error }).toMatchObject({
      code: 2,
      error: { code: 'CLI_BUNDLE', field: 'bundle' },
    });
  });

  it('writes out what a forged bundle would do to a terminal', async () => {
    const file = dir.write(
      'screen.jsonl',
      changed(5, () => '{"kind":"\u001b[2J"}'),
    );
    const { out } = await run(['verify', '--text', file, '--log-key', key]);
    expect(out).not.toContain('\u001b');
  });
});

describe('verifyBundle', () => {
  it('shows every flipped bit of the first lines', async () => {
    const bytes = new TextEncoder().encode(bundle);
    const trusted = [{ publicKey: fromMultikey(key) }];
    const verified = async (given: Uint8Array): Promise<boolean> => {
      const { valid } = await verifyBundle(given, trusted, Number.MAX_SAFE_INTEGER, { timer: systemTimer });
      return valid;
    };
    expect(await verified(bytes)).toBe(true);
    const wrong: number[] = [];
    for (let at = 0; at < bytes.length; at += 397) {
      const forged = Uint8Array.from(bytes);
      forged[at] = (forged[at] ?? 0) ^ 1;
      const valid = await verified(forged).catch(() => undefined);
      expect(valid).not.toBe(true);
      if (valid === undefined) wrong.push(at);
    }
    // Only a first line that is none at all is not judged.
    expect(wrong.every((at) => at < bundle.indexOf('\n'))).toBe(true);
  });
});

describe('a log key', () => {
  it.each([
    'z6Mk',
    '',
    'did:ttp:agent:x=z6Mk',
    '=',
    'not a did=z6MkfDbEnvZmTLr2TWNSnSHiExNyS8ioEHF9sDGjYRkYYBeS',
  ])('%j is refused', (text) => {
    expect(codeThrownBy(() => parseLogKey(text))).toBe('CLI_LOG_KEY');
  });

  it('may name the enforcement point', () => {
    expect(parseLogKey(`${did}=${key}`)).toEqual({ publicKey: fromMultikey(key), origin: did });
    expect(parseLogKey(key)).toEqual({ publicKey: fromMultikey(key) });
  });
});
