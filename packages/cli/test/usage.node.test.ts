import { describe, expect, it } from 'vitest';
import { CLI_ERRORS, CONFORMANCE_ERRORS } from '../src/errors.js';
import { EXIT } from '../src/exit-codes.js';
import { testIo, ttp, ttpJson } from './harness.js';

const VERBS = [
  ['keygen'],
  ['policy', 'lint'],
  ['policy', 'eval'],
  ['verify'],
  ['mcp'],
  ['self-test'],
  ['review', 'list'],
  ['review', 'approve'],
  ['review', 'deny'],
  ['kill'],
  ['reinstate'],
  ['status'],
  ['trace', 'export'],
  ['demo'],
  ['conformance'],
];

describe('help', () => {
  it.each(VERBS.map((words) => [words.join(' '), words] as const))(
    'ttp %s --help shows an example and --json',
    async (name, words) => {
      const { code, out, err } = await ttp([...words, '--help']);
      expect({ code, err }).toEqual({ code: EXIT.ok, err: '' });
      expect(out).toContain(`Usage: ttp ${name} `);
      expect(out).toMatch(new RegExp(`Example:\\n {2}.*ttp ${name}`));
      expect(out).toContain('--json');
    },
  );

  it('lists every command at the top, with the exit codes', async () => {
    const { code, out } = await ttp(['--help']);
    expect(code).toBe(EXIT.ok);
    for (const [verb] of VERBS) expect(out).toMatch(new RegExp(`^ {2}${verb} `, 'm'));
    expect(out).toContain('Exit codes: 0 ok, 1 the answer is no, 2 usage or bad input, 3 cannot run.');
  });
});

describe('wrong arguments', () => {
  const CASES: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no command', [], /see ttp --help$/],
    ['an unknown command', ['frobnicate'], /see ttp --help$/],
    ['no subcommand', ['policy'], /see ttp policy --help$/],
    ['an unknown option', ['verify', 'x', '--colour'], /see ttp verify --help$/],
    ['a missing argument', ['policy', 'lint'], /see ttp policy lint --help$/],
    ['a missing option', ['keygen'], /--out.*see ttp keygen --help$/],
    ['a value out of its list', ['keygen', '--out', 'x', '--type', 'human'], /see ttp keygen --help$/],
    ['an argument too many', ['demo', 'now'], /see ttp demo --help$/],
  ];

  it.each(CASES)('%s: exit code 2 and where to look', async (_, argv, message) => {
    const { code, json } = await ttpJson(argv);
    expect(code).toBe(EXIT.badInput);
    expect(json.error?.['code']).toBe('CLI_USAGE');
    expect(json.error?.['message']).toMatch(message);
  });

  it.each([
    ['approve --help', "unknown command 'approve' (did you mean ttp review approve?); see ttp --help"],
    ['--help approve', "unknown command 'approve' (did you mean ttp review approve?); see ttp --help"],
    ['aprove x', "unknown command 'aprove' (did you mean ttp review approve?); see ttp --help"],
    ['verfy --help', "unknown command 'verfy' (did you mean ttp verify?); see ttp --help"],
    ['review denny --help', "unknown command 'denny' (did you mean ttp review deny?); see ttp review --help"],
    ['policy export -h', "unknown command 'export' (did you mean ttp trace export?); see ttp policy --help"],
    ['help keygen', "unknown command 'help'; see ttp --help"],
    ['x --help', "unknown command 'x'; see ttp --help"],
    [`${'k'.repeat(70)}ill`, `unknown command '${'k'.repeat(70)}ill'; see ttp --help`],
  ])('ttp %s: there is no such command, whatever is asked about it', async (line, message) => {
    const { code, json } = await ttpJson(line.split(' '));
    expect({ code, error: json.error }).toMatchObject({
      code: EXIT.badInput,
      error: { code: 'CLI_USAGE', message },
    });
  });

  it('says it on standard error where nobody asked for JSON, without a stack trace', async () => {
    const { code, out, err } = await ttp(['frobnicate']);
    expect({ code, out }).toEqual({ code: EXIT.badInput, out: '' });
    expect(err).toBe("ttp: unknown command 'frobnicate'; see ttp --help [CLI_USAGE]\n");
  });

  it('does not take a --json of the wrapped server for its own', async () => {
    const { code, out, err } = await ttp(['mcp', '--', 'server', '--json']);
    expect({ code, out }).toEqual({ code: EXIT.badInput, out: '' });
    expect(err).toMatch(/^ttp: .*\[CLI_USAGE\]\n$/);
  });

  it('keeps the standard output of a protocol free even of errors in JSON', async () => {
    const { code, out, err } = await ttp(['mcp', '--json', '--', 'server']);
    expect({ code, out }).toEqual({ code: EXIT.badInput, out: '' });
    expect(JSON.parse(err)).toHaveProperty('error.code', 'CLI_USAGE');
  });
});

describe('files', () => {
  it.each([
    [['policy', 'lint', 'nowhere.json'], 'file'],
    [['policy', 'eval', 'nowhere.json', '--request', 'x'], 'file'],
    [['verify', 'nowhere.jsonl'], 'bundle'],
    [['self-test', '--policy', 'nowhere.json'], 'policy'],
    [['status', '--store', 'nowhere.db', '--agent', '*'], 'store'],
    [['review', 'list', '--store', 'nowhere.db'], 'store'],
  ])('%j: a file that is not there is exit code 3 and names the argument', async (argv, field) => {
    const { code, json } = await ttpJson(argv);
    expect(code).toBe(EXIT.cannotRun);
    expect(json.error).toMatchObject({ code: 'CLI_FILE_MISSING', field });
  });

  it('a folder is not a file', async () => {
    const { code, json } = await ttpJson(['policy', 'lint', '.']);
    expect(code).toBe(EXIT.cannotRun);
    expect(json.error).toMatchObject({ code: 'CLI_FILE_UNREADABLE', field: 'file' });
  });
});

async function errorOn(isTTY: boolean, env: Record<string, string>): Promise<string> {
  const io = testIo(env);
  io.stderr.isTTY = isTTY;
  return (await ttp(['frobnicate'], '', io)).err;
}

describe('colour', () => {
  it('only on a terminal, and never with NO_COLOR', async () => {
    expect(await errorOn(true, {})).toContain('\u001b[31m');
    expect(await errorOn(false, {})).not.toContain('\u001b');
    expect(await errorOn(true, { NO_COLOR: '1' })).not.toContain('\u001b');
    expect(await errorOn(true, { NO_COLOR: '' })).toContain('\u001b[31m');
  });

  it('lets nothing of a file name through that could move the cursor', async () => {
    const { err } = await ttp(['policy', 'lint', 'x\u001b[2Jy\u202e']);
    expect(err).toContain('x\\u{1b}[2Jy\\u{202e}');
  });
});

it('codes of the command line and the protocol are told apart by their areas', () => {
  expect(Object.keys(CLI_ERRORS).every((code) => code.startsWith('CLI_'))).toBe(true);
  expect(Object.keys(CONFORMANCE_ERRORS).every((code) => code.startsWith('CONFORMANCE_'))).toBe(true);
});
