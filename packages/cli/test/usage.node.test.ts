import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CLI_ERRORS, CONFORMANCE_ERRORS } from '../src/errors.js';
import { EXIT } from '../src/exit-codes.js';
import { VERBS } from '../src/verbs/index.js';
import { testIo, ttp, ttpJson } from './harness.js';

describe('help', () => {
  it.each(VERBS.map(({ name }) => name))('ttp %s --help shows examples and --json', async (name) => {
    const { code, out, err } = await ttp([...name.split(' '), '--help']);
    expect({ code, err }).toEqual({ code: EXIT.ok, err: '' });
    expect(out).toContain(`Usage: ttp ${name} `);
    expect(out).toMatch(new RegExp(`Examples:\\n {2}# .*\\n {2}.*ttp ${name}`));
    expect(out).toContain('--json');
  });

  it('lists every command at the top, with the exit codes', async () => {
    const { code, out } = await ttp(['--help']);
    expect(code).toBe(EXIT.ok);
    for (const { name } of VERBS) expect(out).toMatch(new RegExp(`^ {2}${name.split(' ')[0]} `, 'm'));
    expect(out).toContain('Exit codes: 0 ok, 1 the answer is no, 2 usage or bad input, 3 cannot run.');
  });
});

describe('wrong arguments', () => {
  const CASES: readonly (readonly [string, readonly string[], string, RegExp])[] = [
    ['no command', [], 'ttp --help', /./],
    ['an unknown command', ['frobnicate'], 'ttp --help', /./],
    ['no subcommand', ['policy'], 'ttp policy --help', /./],
    ['an unknown option', ['verify', 'x', '--colour'], 'ttp verify --help', /./],
    ['a missing argument', ['policy', 'lint'], 'ttp policy lint --help', /./],
    ['a missing option', ['keygen'], 'ttp keygen --help', /--out/],
    ['a value out of its list', ['keygen', '--out', 'x', '--type', 'human'], 'ttp keygen --help', /skill/],
    [
      'one of several out of its list',
      ['keygen', '--out', 'x', '--privilege', 'all'],
      'ttp keygen --help',
      /./,
    ],
    ['an argument too many', ['demo', 'now'], 'ttp demo --help', /./],
    ['two forms at once', ['demo', '--json', '--text'], 'ttp demo --help', /./],
    [
      'what the verb itself refuses',
      ['status', '--store', 'x', '--agent', 'me'],
      'ttp status --help',
      /did:ttp/,
    ],
  ];

  it.each(CASES)('%s: exit code 2 and where to look', async (_, argv, hint, message) => {
    const { code, json } = await ttpJson(argv);
    expect(code).toBe(EXIT.badInput);
    expect(json.error).toMatchObject({ code: 'CLI_USAGE', hint });
    expect(json.error?.['message']).toMatch(message);
  });

  it.each([
    ['approve --help', 'approve', 'ttp review approve --help'],
    ['--help approve', 'approve', 'ttp review approve --help'],
    ['aprove x', 'aprove', 'ttp review approve --help'],
    ['verfy --help', 'verfy', 'ttp verify --help'],
    ['review denny --help', 'denny', 'ttp review deny --help'],
    ['policy prove -h', 'prove', 'ttp trace prove --help'],
    ['help keygen', 'help', 'ttp --help'],
    ['x --help', 'x', 'ttp --help'],
    ['policy x --help', 'x', 'ttp policy --help'],
    [`${'k'.repeat(70)}ill`, `${'k'.repeat(70)}ill`, 'ttp --help'],
  ])('ttp %s: there is no such command, whatever is asked about it', async (line, word, hint) => {
    const { code, json } = await ttpJson(line.split(' '));
    expect({ code, error: json.error }).toEqual({
      code: EXIT.badInput,
      error: { code: 'CLI_USAGE', message: `unknown command '${word}'`, hint },
    });
  });

  it('says it on standard error where people read, without a stack trace', async () => {
    const { code, out, err } = await ttp(['frobnicate', '--text']);
    expect({ code, out }).toEqual({ code: EXIT.badInput, out: '' });
    expect(err).toBe("ttp: unknown command 'frobnicate' [CLI_USAGE]\n  try: ttp --help\n");
  });

  it('needs one of two options, and names both', async () => {
    const { code, err } = await ttp(['mcp', '--identity', 'x', '--store', 'x', '--', 'server']);
    expect(code).toBe(EXIT.badInput);
    expect(err).toMatch(/^ttp: .*--policy.*--observe.* \(policy\) \[CLI_USAGE\]\n {2}try: ttp mcp --help\n$/);
  });

  it('does not take a --json of the wrapped server for its own', async () => {
    const { code, out, err } = await ttp(['mcp', '--', 'server', '--json']);
    expect({ code, out }).toEqual({ code: EXIT.badInput, out: '' });
    expect(err).toMatch(/^ttp: .*\[CLI_USAGE\]\n {2}try: ttp mcp --help\n$/);
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

  it('a storage that is not there says how one is made', async () => {
    const { json } = await ttpJson(['status', '--store', 'nowhere.db', '--agent', '*']);
    expect(json.error).toMatchObject({
      message: 'there is no storage nowhere.db',
      hint: expect.stringContaining('ttp did create'),
    });
  });

  it('a folder is not a file', async () => {
    const { code, json } = await ttpJson(['policy', 'lint', '.']);
    expect(code).toBe(EXIT.cannotRun);
    expect(json.error).toMatchObject({ code: 'CLI_FILE_UNREADABLE', field: 'file' });
  });

  it('names the storage that is none', async () => {
    const file = fileURLToPath(import.meta.url);
    const { code, json } = await ttpJson(['status', '--store', file, '--agent', '*']);
    expect(code).toBe(EXIT.cannotRun);
    expect(json.error).toMatchObject({
      code: 'STORE_UNREADABLE',
      field: 'store',
      message: expect.stringContaining(file),
    });
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

  it('is not that of standard output where only errors go to a terminal', async () => {
    const io = testIo({});
    io.stderr.isTTY = true;
    const { out, err } = await ttp(['frobnicate'], '', io);
    expect(JSON.parse(out)).toHaveProperty('error.code', 'CLI_USAGE');
    expect(err).toContain('[CLI_USAGE]');
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
