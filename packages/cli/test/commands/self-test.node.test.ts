import { codeRejectedBy, fakeClock } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseForbidden } from '../../src/self-test/forbidden-file.js';
import { runSelfTest } from '../../src/self-test/run.js';
import { CALL_MAP, type Folder, folder, POLICY, ttp, ttpJson } from '../harness.js';

let dir: Folder;
beforeAll(() => {
  dir = folder();
  dir.write('policy.json', POLICY);
  dir.write('calls.json', CALL_MAP);
});
afterAll(() => dir.remove());

const selfTest = (policy: object, ...more: readonly string[]) =>
  ttpJson([
    'self-test',
    '--policy',
    dir.write('tested.json', { ...POLICY, ...policy }),
    '--call-map',
    dir.at('calls.json'),
    ...more,
  ]);

/** The names of what the policy permits and must not. */
const permitted = async (policy: object, ...more: readonly string[]): Promise<readonly object[]> => {
  const { json } = await selfTest(policy, ...more);
  return Array.isArray(json['permitted']) ? json['permitted'] : [];
};

const forbid = (...calls: readonly object[]): readonly string[] => [
  '--forbidden',
  dir.write('forbidden.json', { version: 1, calls }),
];

const allow = (more: object): object => ({
  rules: [{ id: 'it', effect: 'allow', actions: ['read'], ...more }],
});

describe('ttp self-test', () => {
  it('passes a policy that denies what has to be denied', async () => {
    const { code, json } = await selfTest({});
    expect({ code, armable: json['armable'], permitted: json['permitted'] }).toEqual({
      code: 0,
      armable: true,
      permitted: [],
    });
    expect(json['calls']).toBeGreaterThan(10);
    expect((await ttp(['self-test', '--text', '--policy', dir.at('policy.json')])).out).toMatch(
      /^ok {2}\d+ calls/,
    );
  });

  it('refuses a policy under which any tool of any server may be called', async () => {
    const open = { rules: [{ id: 'all', effect: 'allow', resources: ['mcp:**'], actions: ['call'] }] };
    const { code, json } = await selfTest(open);
    expect({ code, armable: json['armable'] }).toEqual({ code: 1, armable: false });
    expect(json['permitted']).toEqual([
      expect.objectContaining({ name: 'a tool that nobody listed', outcome: 'allow' }),
    ]);
    const { out } = await ttp(['self-test', '--text', '--policy', dir.at('tested.json')]);
    expect(out).toMatch(/^PERMITTED {2}a tool that nobody listed, to a newcomer \(allow\)\n1 of \d+ calls/);
  });

  it('refuses a default of allow', async () => {
    expect(await permitted({ defaultEffect: 'allow' })).toContainEqual(
      expect.objectContaining({ name: 'a tool that nobody listed' }),
    );
  });

  it('knows no policy that lets a path out of its folder, or a stranger in', async () => {
    const everything = allow({ resources: ['file:data/**', 'file:**', '*', 'file:/srv/a*', 'file:x/+'] });
    expect(await permitted({ ...everything, requirements: {} })).toEqual([]);
  });

  it('asks for the calls of a list of your own, by the call map', async () => {
    const secret = { name: 'the secret', tool: 'read_file', input: { path: 'data/secret.txt' } };
    expect(await permitted({}, ...forbid(secret))).toEqual([
      expect.objectContaining({ name: 'the secret', to: 'a newcomer' }),
    ]);
    const key = { tool: 'read_file', input: { path: 'data/keys/a.pem' } };
    expect(await permitted({}, ...forbid(key, { tool: 'read_file', input: {} }))).toEqual([]);
  });

  it('asks as the most trusted agent, too', async () => {
    const trusted = allow({ resources: ['file:data/**'], conditions: { trustScore: { gte: 90 } } });
    const call = { tool: 'read_file', input: { path: 'data/a.txt' } };
    expect(await permitted(trusted, ...forbid(call))).toEqual([
      expect.objectContaining({ to: 'the most trusted agent' }),
    ]);
  });

  it('asks for each hour of a week where the policy looks at the clock', async () => {
    const { clock } = { clock: fakeClock(Date.UTC(2026, 0, 5, 0, 30)) };
    const policy = {
      ...POLICY,
      ...allow({ resources: ['file:data/**'], conditions: { timeOfDay: { between: ['09:00', '10:00'] } } }),
    };
    const forbidden = dir.write('one.json', {
      version: 1,
      calls: [{ tool: 'read_file', input: { path: 'data/a.txt' } }],
    });
    const files = {
      policy: dir.write('day.json', policy),
      callMap: dir.at('calls.json'),
      forbidden,
      server: 'mcp',
    };
    const { failed } = await runSelfTest(files, { clock });
    expect(failed.map(({ permitted: by }) => by?.at)).toEqual([Date.UTC(2026, 0, 5, 9, 30)]);
  });

  it('takes a claim of the caller for what it is worth', async () => {
    const claimed = allow({ resources: ['file:data/**'], conditions: { purpose: 'support' } });
    const call = { tool: 'read_file', input: { path: 'data/a.txt' } };
    expect(await permitted(claimed, ...forbid(call))).toEqual([]);
    expect(await permitted(claimed, ...forbid({ ...call, claims: { purpose: 'support' } }))).toHaveLength(1);
  });

  it('does not take an approval for a denial', async () => {
    const call = { tool: 'read_file', input: { path: 'payroll/may.csv' } };
    expect(await permitted({}, ...forbid(call))).toHaveLength(1);
  });

  it('tests what it was given, or nothing', async () => {
    expect(await selfTest({ version: '2' })).toMatchObject({
      code: 2,
      json: { error: { code: 'SPL_UNKNOWN_VERSION' } },
    });
    const files = { policy: dir.at('policy.json'), callMap: dir.at('policy.json'), server: 'mcp' };
    expect(await codeRejectedBy(runSelfTest(files, { clock: fakeClock() }))).toBe('SPL_UNKNOWN_KEY');
  });
});

describe('a list of forbidden calls', () => {
  it.each([
    [[], ''],
    [{ version: 2, calls: [{ tool: 'a' }] }, 'version'],
    [{ version: 1, calls: [] }, 'calls'],
    [{ version: 1, calls: [{ tool: 'a' }], note: 1 }, 'note'],
    [{ version: 1, calls: ['a'] }, 'calls[0]'],
    [{ version: 1, calls: [{ tool: '' }] }, 'calls[0].tool'],
    [{ version: 1, calls: [{ tool: 'a' }, { tool: 'b', path: 'x' }] }, 'calls[1].path'],
    [{ version: 1, calls: [{ tool: 'a', server: 1 }] }, 'calls[0].server'],
    [{ version: 1, calls: [{ tool: 'a', input: [] }] }, 'calls[0].input'],
    [{ version: 1, calls: [{ tool: 'a', claims: 'x' }] }, 'calls[0].claims'],
    [{ version: 1, calls: [{ tool: 'a', action: 1 }] }, 'calls[0].action'],
    [{ version: 1, calls: [{ tool: 'a', resource: {} }] }, 'calls[0].resource'],
  ])('%j is refused with its field', (json, field) => {
    expect(() => parseForbidden(json, 'mcp')).toThrow(
      expect.objectContaining({ code: 'CLI_FORBIDDEN_FILE', field }),
    );
  });
});
