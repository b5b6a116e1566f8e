import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Folder, folder, ttp } from './harness.js';

let dir: Folder;
beforeAll(async () => {
  dir = folder();
  for (const shell of ['bash', 'zsh']) dir.write(`ttp.${shell}`, (await ttp(['completion', shell])).out);
  dir.write('some policy.json', '{}');
});
afterAll(() => dir.remove());

/** What bash offers after these words, the last of which is being typed. */
function offered(words: readonly string[]): readonly string[] {
  const script = `cd "$1"; source ./ttp.bash; shift; COMP_WORDS=(ttp "$@"); COMP_CWORD=$#; _ttp; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', dir.at(''), ...words], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((word) => word !== '');
}

const has = (command: string): boolean => spawnSync(command, ['-c', 'true']).status === 0;

describe('ttp completion bash', () => {
  it.each([
    [['pol'], ['policy']],
    [
      ['review', ''],
      ['list', 'approve', 'deny'],
    ],
    [['trace', 'exp'], ['export']],
    [['--json', 'revi'], ['review']],
    [['keygen', '--ty'], ['--type']],
    [
      ['keygen', '--type', 's'],
      ['skill', 'service'],
    ],
    [['policy', 'lint', 'some'], ['some policy.json']],
    [['mcp', '--policy', 'some'], ['some policy.json']],
    [['mcp', '--policy', 'x', '--', 'some'], ['some policy.json']],
    [['keygen', '--operator', ''], []],
    [
      ['completion', ''],
      ['bash', 'zsh'],
    ],
    [['frobnicate', ''], ['policy']],
  ] as [string[], string[]][])('after %j it offers %j', (words, expected) => {
    if (words[0] === 'frobnicate') expect(offered(words)).toContain('policy');
    else expect(offered(words)).toEqual(expected);
  });

  it('offers every option of a verb', () => {
    expect(offered(['policy', 'eval', '-'])).toEqual(['--request', '--layer', '--json', '--text', '--help']);
  });
});

describe('ttp completion zsh', () => {
  it('is a script that zsh reads', ({ skip }) => {
    skip(!has('zsh'), 'no zsh here');
    const { status, stderr } = spawnSync('zsh', ['-n', dir.at('ttp.zsh')], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('knows the same verbs and options', () => {
    const script = dir.read('ttp.zsh');
    expect(script).toMatch(/^#compdef ttp\n/);
    for (const word of ["'review:", "'--log-key:", "'policy lint'", "'skill'"])
      expect(script).toContain(word);
  });
});
