import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lintPolicy, loadCallMap, loadPolicy, mapCall } from '@ttp/spl';
import { codeThrownBy } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLE_PACKAGES, PROJECT_FILES } from '../../src/init/project.js';
import { type Folder, folder, PASSPHRASE, testIo, ttp, ttpJson } from '../harness.js';

let dir: Folder;
let project: string;
let made: Awaited<ReturnType<typeof ttpJson>>;

beforeAll(async () => {
  dir = folder();
  project = dir.at('project');
  mkdirSync(project);
  dir.write('project/package.json', { name: 'project', type: 'commonjs', dependencies: { '@ttp/sdk': '*' } });
  made = await ttpJson(['init', project]);
});
afterAll(() => dir.remove());

/** A file of what was made. */
const at = (name: string): string => join(project, 'ttp', name);

describe('ttp init', () => {
  it('writes into a folder of its own, and changes nothing of the project', () => {
    expect(made.code).toBe(0);
    expect(readdirSync(project).toSorted()).toEqual(['package.json', 'ttp']);
    expect(JSON.parse(dir.read('project/package.json')).dependencies).toEqual({ '@ttp/sdk': '*' });
    expect(made.json['install']).toEqual(EXAMPLE_PACKAGES.filter((name) => name !== '@ttp/sdk'));
    for (const file of ['agent.json', 'agent.json.next'])
      expect(statSync(join(project, 'ttp', file)).mode & 0o777).toBe(0o600);
    expect(statSync(join(project, 'ttp')).mode & 0o777).toBe(0o700);
    expect(dir.read('project/ttp/.gitignore')).toContain('agent.json\n');
  });

  it('writes a policy without defects, and the doctor finds nothing in the way', async () => {
    // Kill triggers are nothing that is evaluated yet, so the example has none.
    const findings = lintPolicy(loadPolicy(PROJECT_FILES['policy.json'] ?? ''));
    expect(findings.map(({ code }) => code)).toEqual(['SPL_NO_KILL_TRIGGER']);
    const files = [
      '--identity',
      at('agent.json'),
      '--policy',
      at('policy.json'),
      '--call-map',
      at('calls.json'),
    ];
    const { code, json } = await ttpJson(['doctor', ...files, '--store', at('ttp.db')]);
    expect({ code, healthy: json['healthy'] }).toEqual({ code: 0, healthy: true });
    const checks = Array.isArray(json['checks']) ? json['checks'] : [];
    const warned = checks.filter((check) => JSON.stringify(check).includes('"warn"'));
    // The next key still lies beside the identity, nothing was recorded yet, and there are no kill triggers.
    expect(warned).toMatchObject([{ name: 'next key' }, { name: 'log' }, { name: 'policy' }]);
  });

  it('writes a call map that takes no other file for one of the folder', () => {
    const callMap = loadCallMap(PROJECT_FILES['calls.json'] ?? '');
    const call = (path: string) => mapCall(callMap, { server: 'any', tool: 'read_file', input: { path } });
    expect(call('notes/plan.txt')).toMatchObject({ resource: 'file:notes/plan.txt' });
    for (const path of ['/notes/plan.txt', '~/notes/plan.txt', 'C:/notes/plan.txt'])
      expect(codeThrownBy(() => call(path))).toBe('SPL_BAD_CALL');
  });

  it('writes an example that runs and prints what is said', async () => {
    symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(project, 'node_modules'));
    const node = ['--conditions=@ttp/source', '--import', import.meta.resolve('tsx')];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...node, 'ttp/example.mjs'], {
      cwd: project,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], TTP_PASSPHRASE: PASSPHRASE },
    });
    expect({ status, stderr, lines: stdout.trimEnd().split('\n') }).toEqual({
      status: 0,
      stderr: '',
      lines: made.json['prints'],
    });
    const { json } = await ttpJson([
      'trace',
      'list',
      '--store',
      at('ttp.db'),
      '--identity',
      at('agent.json'),
    ]);
    expect(json['traces']).toMatchObject([{ interactions: 3, refused: 2 }]);
  });

  it('is not led elsewhere by a link that leads nowhere', async () => {
    const linked = dir.at('linked');
    mkdirSync(linked);
    symlinkSync(dir.at('elsewhere'), join(linked, 'ttp'));
    const { code, err } = await ttp(['init', linked, '--text']);
    expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('[CLI_FILE_EXISTS]') });
    expect(readdirSync(dir.at('.'))).not.toContain('elsewhere');
  });

  it('overwrites nothing, and says so before it asks for anything', async () => {
    const before = dir.read('project/ttp/policy.json');
    const { code, err } = await ttp(['init', project, '--text'], '', testIo({}));
    expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('[CLI_FILE_EXISTS]') });
    expect(dir.read('project/ttp/policy.json')).toBe(before);
  });

  it.each([
    ['nowhere', { TTP_PASSPHRASE: PASSPHRASE }, 3, 'CLI_FILE_MISSING'],
    ['empty', { TTP_PASSPHRASE: 'short' }, 2, 'CLI_PASSPHRASE_SHORT'],
    ['empty', {}, 2, 'CLI_PASSPHRASE_MISSING'],
  ])('leaves nothing behind where it fails: %s, %j', async (name, env, exit, code) => {
    mkdirSync(dir.at('empty'), { recursive: true });
    const { code: exited, err } = await ttp(['init', dir.at(name), '--text'], '', testIo({ ...env }));
    expect({ exited, err }).toEqual({ exited: exit, err: expect.stringContaining(`[${code}]`) });
    expect(readdirSync(dir.at('empty'))).toEqual([]);
  });

  it('prints the steps to people', async () => {
    mkdirSync(dir.at('other'));
    const { out } = await ttp(['init', dir.at('other'), '--text']);
    expect(out).toMatch(
      /\nNext:\n {2}1\. \(cd .*other && npm install @ttp\/adapters @ttp\/crypto @ttp\/did @ttp\/sdk\)\n/,
    );
    expect(out).toContain('\n  notes/plan.txt: done\n');
    expect(out).toMatch(/^ {2}4\. ttp trace list --store .*other/m);
  });

  it('prints steps for where ttp is installed in the project, whatever its folder is called', async () => {
    mkdirSync(dir.at("it's one"));
    const io = testIo({ TTP_PASSPHRASE: PASSPHRASE, npm_command: 'exec' });
    const { out } = await ttp(['init', dir.at("it's one"), '--text'], '', io);
    expect(out).toMatch(/^ {2}4\. npx ttp trace list --store '.*it'\\''s one\/ttp\/ttp\.db'/m);
  });
});
