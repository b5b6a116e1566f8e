import { codeThrownBy, seededRandom, vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { coversPattern, matchResource } from '../src/index.js';

type Case = {
  readonly outer: string;
  readonly inner: string;
  readonly expect?: boolean;
  readonly code?: string;
};

it.for(vectors<Case>('spl/inclusion'))('$name', ({ outer, inner, expect: covers, code }) => {
  if (code === undefined) expect(coversPattern(outer, inner)).toBe(covers);
  else expect(codeThrownBy(() => coversPattern(outer, inner))).toBe(code);
});

const random = seededRandom('inclusion');
const SEGMENTS = ['a', 'b', 'ab', 'a*', '*b', '*', '**', '*a*'];

function pattern(): string {
  const segments = Array.from({ length: 1 + random.int(3) }, () => random.pick(SEGMENTS));
  if (random.chance(0.2)) segments.push('+');
  return `${random.chance(0.9) ? 's:' : ''}${segments.join('/')}`;
}

/** Every resource of up to five short segments. */
const RESOURCES: readonly string[] = ['', 's:'].flatMap((scheme) => {
  let paths = [''];
  const all: string[] = [];
  for (let depth = 0; depth < 4; depth++) {
    paths = paths.flatMap((path) =>
      ['a', 'b', 'ab', 'ba', 'c'].map((segment) => (path === '' ? segment : `${path}/${segment}`)),
    );
    all.push(...paths);
  }
  return all.map((path) => scheme + path);
});

it('what is covered matches nothing that its cover does not, on random patterns and every short resource', () => {
  let covered = 0;
  for (let i = 0; i < 1500; i++) {
    const [outer, inner] = [pattern(), pattern()];
    if (!coversPattern(outer, inner)) continue;
    covered++;
    for (let j = 0; j < 200; j++) {
      const resource = random.pick(RESOURCES);
      if (matchResource(inner, resource) && !matchResource(outer, resource))
        expect.unreachable(`${outer} does not match ${resource}, and ${inner} does`);
    }
  }
  expect(covered).toBeGreaterThan(150);
});

it('every pattern covers itself, a pattern without wildcards is covered by what matches it, and covers go on', () => {
  for (let i = 0; i < 2000; i++) {
    const [a, b, c] = [pattern(), pattern(), pattern()];
    expect(coversPattern(a, a)).toBe(true);
    const resource = random.pick(RESOURCES);
    expect(coversPattern(a, resource)).toBe(matchResource(a, resource));
    if (coversPattern(a, b) && coversPattern(b, c) && !coversPattern(a, c))
      expect.unreachable(`${a} covers ${b}, which covers ${c}`);
  }
});

const many = (wild: string): string => `s:${Array.from({ length: 4 }, () => wild).join('/')}`;

it('patterns that could lead to very many places are not worked on for long', () => {
  expect(coversPattern(many('**/a'), many('**/*a'))).toBe(false);
  expect(coversPattern(many('**/a'), many('**/a'))).toBe(true);
});
