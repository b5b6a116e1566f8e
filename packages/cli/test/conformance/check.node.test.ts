import { fileURLToPath } from 'node:url';
import { fakeClock, proves } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foreignInstallation } from '../../src/conformance/installation.js';
import { CONFORMANCE_ANSWER_MS } from '../../src/limits.js';
import { type Folder, folder, ttp, ttpJson } from '../harness.js';

const PUBLISHED = fileURLToPath(new URL('../../../../conformance/vectors', import.meta.url));
const OPERATIONS = fileURLToPath(
  new URL('../../../../conformance/vectors/protocol/operations.json', import.meta.url),
);

let dir: Folder;
beforeAll(() => {
  dir = folder();
});
afterAll(() => dir.remove());

const check = (vectors: string, ...command: readonly string[]) =>
  ttpJson(['conformance', 'check', vectors], '', command);

/** A command that answers each line by what `body` makes of it. */
const installation = (name: string, body: string): readonly string[] => [
  process.execPath,
  dir.write(
    name,
    `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => { ${body} });`,
  ),
];

describe('ttp conformance check', () => {
  it('runs the published vectors against this installation, and each is answered as published', async () => {
    proves('cli.conformance');
    const { code, json } = await check(PUBLISHED);
    expect({ code, failed: json['failed'] }).toEqual({ code: 0, failed: [] });
    expect(Number(json['cases'])).toBeGreaterThan(1000);
    expect(json['passed']).toBe(json['cases']);
    // What the protocol has no operation for is said, by area: nothing of signatures, identities or messages is among it.
    const without = JSON.stringify(json['withoutOperation']);
    expect(without).toContain('{"area":"fetch/redirects","cases":');
    expect(without).not.toMatch(
      /"(?:envelope|handshake|http|json|password|encoding|interop\/[^c]\w*|did\/[^m][\w-]*)"/,
    );
    expect(without).not.toMatch(/"interop\/(?:cose|credential)"/);
  });

  it('runs them against another one, over its standard input and output', async () => {
    const right = installation(
      'echo.cjs',
      `const { id, value } = JSON.parse(line); console.log(JSON.stringify({ id, result: { value, more: 1 } }));`,
    );
    const cases = [
      { name: 'one', request: { op: 'echo', value: 1 }, expect: { value: 1 } },
      { name: 'two', request: { op: 'echo', value: { a: [2] } }, expect: { value: { a: [2] } } },
    ];
    const yes = await check(dir.write('echo.json', cases), ...right);
    expect(yes).toMatchObject({ code: 0, json: { cases: 2, passed: 2 } });
    const wrong = [...cases, { name: 'three', request: { op: 'echo', value: 3 }, expect: { value: 4 } }];
    const no = await check(dir.write('wrong.json', wrong), ...right);
    expect(no).toMatchObject({ code: 1, json: { cases: 3, passed: 2, failed: [{ name: 'three' }] } });
  });

  it('takes an answer that says yes to everything for what it is', async () => {
    const yes = installation(
      'yes.cjs',
      `console.log(JSON.stringify({ id: JSON.parse(line).id, result: { valid: true } }));`,
    );
    const { code, json } = await check(OPERATIONS, ...yes);
    expect(code).toBe(1);
    expect(Number(json['passed'])).toBeLessThan(Number(json['cases']) / 4);
    const { out } = await ttp(['conformance', 'check', OPERATIONS, '--text', '--', ...yes]);
    expect(out).toMatch(/^FAILED {2}.*operations\.json: jcs.*\n {8}expected .*\n {8}answered /);
    expect(out).toMatch(/\nNOT CONFORMING: \d+ of \d+ cases\n/);
  });

  it.each([
    ['ends', 'process.exit(0);'],
    ['says no JSON', `console.log('yes');`],
    ['says no object', `console.log('[]');`],
  ])('says so of an installation that %s', async (name, body) => {
    const { code, json } = await check(OPERATIONS, ...installation(`${name}.cjs`, body));
    expect({ code, error: json.error?.['code'] }).toEqual({ code: 3, error: 'CLI_CONFORMANCE_SILENT' });
  });

  it('says so of a command that is none', async () => {
    const { code, json } = await check(OPERATIONS, dir.at('nowhere'));
    expect({ code, error: json.error?.['code'] }).toEqual({ code: 3, error: 'CLI_CONFORMANCE_SILENT' });
  });

  it('does not wait for ever', async () => {
    const timer = fakeClock(0);
    const { ask, close } = silent(timer);
    const asked = ask('{}');
    const refused = expect(asked).rejects.toMatchObject({ code: 'CLI_CONFORMANCE_SILENT' });
    await timer.advance(CONFORMANCE_ANSWER_MS);
    await refused;
    close();
  });

  it.each([
    ['no JSON', 'x', 'CLI_VECTORS'],
    ['no list', '{}', 'CLI_VECTORS'],
    ['cases of nothing that it knows', '[{"name":"x"},1]', 'CLI_VECTORS'],
  ])('finds no vectors in %s', async (name, text, code) => {
    const ran = await check(dir.write(`${name}.json`, text));
    expect(ran).toMatchObject({ code: 2, json: { error: { code } } });
  });
});

const silent = (timer: Parameters<typeof foreignInstallation>[1]['timer']) =>
  foreignInstallation(installation('silent.cjs', ''), { timer });
