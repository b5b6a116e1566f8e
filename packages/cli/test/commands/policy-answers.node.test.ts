import { proves } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALL_MAP, type Folder, folder, POLICY, testIo, ttp, ttpJson } from '../harness.js';

let dir: Folder;
beforeAll(() => {
  dir = folder();
  dir.write('policy.json', POLICY);
  dir.write('calls.json', CALL_MAP);
});
afterAll(() => dir.remove());

const request = (resource: string, more: object = {}): string =>
  JSON.stringify({ resource, action: 'read', engine: { identityVerified: true }, ...more });

const explain = (input: string) =>
  ttpJson(['policy', 'explain', dir.at('policy.json'), '--request', '-'], input);

const tests = (...list: readonly object[]) => ({
  version: 1,
  policy: 'policy.json',
  callMap: 'calls.json',
  tests: list,
});

describe('ttp policy lint --sarif', () => {
  it('answers with a SARIF log, of findings and of a policy that does not load', async () => {
    proves('cli.policy.lint');
    const { code, json } = await ttpJson(['policy', 'lint', '--sarif', dir.at('policy.json')]);
    expect(code).toBe(1);
    expect(json).toMatchObject({
      version: '2.1.0',
      runs: [{ tool: { driver: { name: 'ttp policy lint' } }, results: expect.any(Array) }],
    });
    expect(JSON.stringify(json['runs'])).toContain('"ruleId":"SPL_NO_RATE_LIMIT"');
    const broken = await ttp(['policy', 'lint', '--sarif', '--text', '-'], '{"version":"1.0.0"}');
    expect(broken.code).toBe(1);
    expect(JSON.parse(broken.out)).toMatchObject({
      runs: [
        {
          results: [
            {
              ruleId: 'SPL_MISSING_KEY',
              ruleIndex: 0,
              level: 'error',
              locations: [
                {
                  physicalLocation: { artifactLocation: { uri: 'stdin' } },
                  logicalLocations: [{ fullyQualifiedName: 'rules' }],
                },
              ],
            },
          ],
        },
      ],
    });
    const wall = { id: 'a', effect: 'deny', resources: ['file:a'], actions: ['read'] };
    const trigger = { condition: 'request.rate > 500', reason: 'rate_limit_exceeded', action: 'kill' };
    const clean = { version: '1.0.0', rules: [wall], killSwitch: { triggers: [trigger] } };
    expect(await ttpJson(['policy', 'lint', '--sarif', dir.write('clean one.json', clean)])).toMatchObject({
      code: 0,
      json: { runs: [{ results: [] }] },
    });
  });
});

describe('ttp policy explain', () => {
  it('says what keeps a request from being permitted', async () => {
    const { code, json } = await explain(request('file:data/keys/a.pem', { engine: {} }));
    expect(code).toBe(1);
    expect(json).toMatchObject({
      verdict: { effect: 'deny', rules: ['no-keys'] },
      nearest: {
        rule: 'read',
        deniedBy: ['no-keys'],
        obstacles: [{ kind: 'requirement', attribute: 'identityVerified', op: 'eq', wanted: true }],
      },
    });
  });

  it('says yes to what is permitted, and no where a human has to be asked', async () => {
    expect(await explain(request('file:data/a.txt'))).toMatchObject({
      code: 0,
      json: { verdict: { effect: 'allow' }, rules: [{ rule: 'read', truth: true, failed: [] }] },
    });
    expect((await explain(request('file:payroll/may.csv'))).code).toBe(1);
  });

  it('is a table for people, in which what a stranger wrote is written out', async () => {
    const hostile = 'file:x/\u202Etxt.exe';
    const argv = ['policy', 'explain', '--text', dir.at('policy.json'), '--request', '-'];
    const { out, code } = await ttp(argv, request(hostile));
    expect(code).toBe(1);
    expect(out).not.toContain('\u202E');
    expect(out).toMatch(/^deny {2}nothing permits it\n/);
    expect(out).toContain('nearest permit  payroll (allow_with_approval)');
    const denied = await ttp(argv, request('file:data/keys/k'));
    expect(denied.out).toMatch(/RULE +EFFECT +HOLDS/);
    expect(denied.out).toContain('no-keys must not deny it');
  });
});

describe('ttp policy diff', () => {
  const narrower = { ...POLICY, requirements: { requireIdentityVerification: true, minTrustScore: 50 } };

  it('is 0 for policies that say the same and 1 for others, with requests that show it', async () => {
    const same = await ttpJson(['policy', 'diff', dir.at('policy.json'), dir.at('policy.json')]);
    expect(same).toMatchObject({ code: 0, json: { flips: [], untried: [] } });
    const file = dir.write('narrower.json', narrower);
    const { code, json } = await ttpJson(['policy', 'diff', '-', file], JSON.stringify(POLICY));
    expect(code).toBe(1);
    expect(json['flips']).toContainEqual(
      expect.objectContaining({
        change: 'tightened',
        before: { effect: 'allow', rules: ['read'] },
        after: { effect: 'deny', rules: [] },
      }),
    );
    const { out } = await ttp(['policy', 'diff', '--text', dir.at('policy.json'), file]);
    expect(out).toMatch(/CHANGE +BEFORE +AFTER +ACTION +RESOURCE/);
    expect(out).toMatch(/\ndiffers {2}\d+ kinds of change/);
  });

  it('a policy that does not load cannot be compared', async () => {
    const broken = dir.write('nine.json', { ...POLICY, version: '9' });
    expect(await ttpJson(['policy', 'diff', dir.at('policy.json'), broken])).toMatchObject({
      code: 2,
      json: { error: { code: 'SPL_UNKNOWN_VERSION' } },
    });
  });
});

describe('ttp policy test', () => {
  const reads = {
    name: 'reads',
    request: { resource: 'file:data/a', action: 'read', engine: { identityVerified: true } },
    expect: { effect: 'allow', rules: ['read'] },
  };
  const outside = {
    name: 'outside',
    call: { server: 'fs', tool: 'read_file', input: { path: '/etc/passwd' } },
    expect: { effect: 'deny' },
  };
  it('runs several files, whose names of other files are seen from their folder', async () => {
    const files = [dir.write('a.json', tests(reads)), dir.write('b.json', tests(outside))];
    const { code, json } = await ttpJson(['policy', 'test', ...files]);
    expect({ code, summary: json['summary'] }).toEqual({
      code: 0,
      summary: { files: 2, tests: 2, passed: 2, failed: 0 },
    });
    const { out } = await ttp(['policy', 'test', '--text', ...files]);
    expect(out).toBe(`ok  ${files[0]}: 1 of 1\nok  ${files[1]}: 1 of 1\nok  2 of 2 tests in 2 files\n`);
  });

  it('is 1 where one fails, and says what came out instead', async () => {
    const file = dir.write('c.json', tests(reads, { ...reads, name: 'x', expect: { effect: 'warn' } }));
    const { code, out } = await ttp(['policy', 'test', '--text', file]);
    expect(code).toBe(1);
    expect(out).toContain('    effect: expected warn, got allow\n');
    expect(out).toContain('failed  1 of 2 tests in 1 file\n');
  });

  it('shows where it is to whoever watches, and takes it back', async () => {
    const io = testIo();
    Object.assign(io.stderr, { isTTY: true });
    const { err } = await ttp(['policy', 'test', dir.write('d.json', tests(reads))], '', io);
    expect(err).toContain('1 of 1: ');
    expect(err.endsWith('\r\u001b[2K')).toBe(true);
  });

  it('takes the policy from the command line instead, and needs one', async () => {
    const { policy: _, ...nameless } = tests(reads);
    const file = dir.write('e.json', nameless);
    expect(await ttpJson(['policy', 'test', file])).toMatchObject({
      code: 2,
      json: { error: { code: 'CLI_USAGE', field: 'policy' } },
    });
    expect((await ttpJson(['policy', 'test', file, '--policy', dir.at('policy.json')])).code).toBe(0);
  });

  it('names the file, the path and the likely key of what is no test', async () => {
    const file = dir.write('f.json', tests({ ...reads, expct: reads.expect }));
    const { code, json } = await ttpJson(['policy', 'test', file]);
    expect(code).toBe(2);
    expect(json.error).toMatchObject({ code: 'SPL_UNKNOWN_KEY', field: 'tests[0].expct' });
    expect(json.error?.['message']).toContain('did you mean "expect"');
  });
});
