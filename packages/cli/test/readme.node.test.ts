import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { runCli } from '../src/cli.js';
import { operations } from '../src/conformance/operations.js';
import { EXIT } from '../src/exit-codes.js';
import { createProgram } from '../src/program.js';
import { GROUPS, VERBS } from '../src/verbs/index.js';
import { CALL_MAP, folder, POLICY, testIo, ttpJson } from './harness.js';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const PROTOCOL = readFileSync(new URL('../../../conformance/README.md', import.meta.url), 'utf8');
const SERVER = [process.execPath, fileURLToPath(new URL('fixtures/server.mjs', import.meta.url))];
const dir = folder();
afterAll(() => dir.remove());

/** The commands of the tour by hand, in order, as words; those of the verbs are generated and only parsed. */
const TOUR = README.slice(0, README.indexOf('## Exit codes'));
const commands = [...TOUR.matchAll(/^ttp (.*?)(?: +#.*)?$/gm)].map(([, line = '']) =>
  line.split(' ').map((word) => word.replaceAll("'", '')),
);

it('the commands of the tour do what they say, one after the other', async () => {
  dir.write('policy.json', POLICY);
  dir.write('calls.json', CALL_MAP);
  dir.write('request.json', {
    resource: 'file:data/a.txt',
    action: 'read',
    engine: { identityVerified: true },
  });
  expect(commands.length).toBeGreaterThan(10);
  let logKey = '';
  for (const words of commands) {
    const argv = words
      .slice(0, [...words, '--'].indexOf('--'))
      .map((word) => (/\.(?:json|db|jsonl)$/.test(word) ? dir.at(word) : word === 'z6Mk...' ? logKey : word));
    if (words.includes('--')) {
      const io = testIo();
      io.stdin.end();
      expect(await runCli([...argv, '--', ...SERVER], io), words.join(' ')).toBe(EXIT.ok);
      continue;
    }
    const { code, json } = await ttpJson(argv);
    expect({ code, error: json.error }, words.join(' ')).toEqual({ code: EXIT.ok, error: undefined });
    if (typeof json['logKey'] === 'string') logKey = json['logKey'];
    const { operator } = json;
    if (operator !== undefined) dir.write('ops.json', { operators: [operator] });
  }
});

it.each(VERBS.flatMap(({ name, examples }) => examples.map(({ line }) => [line, name] as const)))(
  'the example is one of its verb: %s',
  (line, name) => {
    const [, words = ''] = /(?:^|\|\s|<\()ttp (.*?)(?:\)$| > .*|$)/.exec(line) ?? [];
    let asked: string | undefined;
    const program = createProgram(GROUPS, {
      width: 80,
      out: () => undefined,
      asked: ({ verb }) => (asked = verb.name),
    });
    const typed = words.match(/'[^']*'|\S+/g) ?? [];
    program.parse(
      typed.map((word) => word.replaceAll("'", '')),
      { from: 'user' },
    );
    expect(asked).toBe(name);
  },
);

it('names every operation of the protocol', () => {
  for (const name of operations().keys()) {
    expect(README).toContain(`\`${name}\``);
    expect(PROTOCOL, 'conformance/README.md').toContain(`\`${name}\``);
  }
});

it('names the exit codes there are', () => {
  for (const code of Object.values(EXIT)) expect(README).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'));
});
