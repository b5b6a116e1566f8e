import { Readable } from 'node:stream';
import { withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { readLines } from '../src/lines.js';

async function linesOf(
  chunks: readonly (string | Uint8Array)[],
  maxBytes = 100,
): Promise<(string | undefined)[]> {
  const lines: (string | undefined)[] = [];
  for await (const line of readLines(Readable.from(chunks), maxBytes))
    lines.push(line === undefined ? undefined : Buffer.from(line).toString());
  return lines;
}

describe('readLines', () => {
  it.each([
    [[], []],
    [['a\n'], ['a']],
    [['a'], ['a']],
    [['a\n\nb'], ['a', '', 'b']],
    [['\n'], ['']],
    [
      ['a', 'b\nc', '\n'],
      ['ab', 'c'],
    ],
    [['a\r\n'], ['a\r']],
  ] as [string[], string[]][])('%j', async (chunks, lines) => {
    expect(await linesOf(chunks)).toEqual(lines);
  });

  it('marks a line above the limit and goes on after it', async () => {
    expect(await linesOf(['12345\n123456\nab', '\n'], 5)).toEqual(['12345', undefined, 'ab']);
    expect(await linesOf(['123', '456', '789\n1'], 5)).toEqual([undefined, '1']);
    expect(await linesOf(['123456'], 5)).toEqual([undefined]);
  });

  it('does not depend on how the stream is cut', async () => {
    await withSeed('lines', 100, async (random) => {
      const text = Array.from({ length: random.int(40) }, () => random.pick(['a', 'é', '\n', 'xyz'])).join(
        '',
      );
      const bytes = Buffer.from(text);
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; ) {
        const next = at + 1 + random.int(4);
        chunks.push(bytes.subarray(at, next));
        at = next;
      }
      const expected = text.split('\n');
      if (expected.at(-1) === '') expected.pop();
      expect(await linesOf(chunks, 1000)).toEqual(expected);
    });
  });
});
