import { describe, expect, it } from 'vitest';
import { formatOf } from '../src/format.js';
import { progressOn } from '../src/progress.js';
import { POLICY, testIo, ttp } from './harness.js';

/** Standard output as a terminal, or not. */
const onTerminal = (isTTY: boolean) => {
  const io = testIo();
  io.stdout.isTTY = isTTY;
  return io;
};

describe('the form of an answer', () => {
  it.each([
    [true, [], { json: false, errors: 'stderr' }],
    [true, ['--json'], { json: true, errors: 'stdout' }],
    [false, [], { json: true, errors: 'both' }],
    [false, ['--json'], { json: true, errors: 'stdout' }],
    [false, ['--text'], { json: false, errors: 'stderr' }],
  ])('terminal %j, %j: %j', (isTTY, words, format) => {
    expect(formatOf(words, onTerminal(isTTY))).toEqual(format);
  });

  it('is text on a terminal and one JSON document in a pipe, of the same answer', async () => {
    const words = ['policy', 'lint', '-'];
    const shown = await ttp(words, JSON.stringify(POLICY), onTerminal(true));
    const piped = await ttp(words, JSON.stringify(POLICY), onTerminal(false));
    expect(shown.code).toBe(piped.code);
    expect(shown.out).toContain('[SPL_');
    expect(() => JSON.parse(shown.out)).toThrow(SyntaxError);
    expect(JSON.parse(piped.out)).toHaveProperty('findings');
    expect(piped.out.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('progress', () => {
  it('is shown where somebody watches, and taken back', () => {
    const { stderr } = testIo();
    stderr.isTTY = true;
    const said = progressOn({ stderr });
    said.step('reading');
    said.step('verifying');
    said.done();
    expect(String(stderr.read())).toBe('\r\u001b[2Kreading ...\r\u001b[2Kverifying ...\r\u001b[2K');
  });

  it('is silent anywhere else', async () => {
    const io = testIo();
    const { err } = await ttp(['verify', '-', '--json'], 'no bundle', io);
    expect(err).toBe('');
  });

  it('is taken back before an error is said', async () => {
    const io = testIo();
    io.stderr.isTTY = true;
    const { err } = await ttp(['verify', '-', '--text'], 'no bundle', io);
    expect(err).toMatch(/^\r\S+2Kreading the bundle \.\.\..*\r\S+2K\S*ttp: /s);
  });
});
