import {
  codeThrownBy,
  proves,
  type SeededRandom,
  THIRD_PARTY_ABSENT,
  thirdParty,
  withSeed,
} from '@ttp/testkit';
import * as theirs from 'structured-headers';
import { describe, expect, it } from 'vitest';
import {
  type BareItem,
  type Dictionary,
  type Item,
  isInnerList,
  type Member,
  parseDictionary,
  parseItem,
  writeMember,
  writeString,
} from '../../src/http/structured.js';

/** A case of the working group's own tests. */
interface Case {
  readonly name: string;
  readonly raw: readonly string[];
  readonly header_type: 'item' | 'list' | 'dictionary';
  readonly expected?: unknown;
  readonly must_fail?: boolean;
  readonly can_fail?: boolean;
  readonly canonical?: readonly string[];
}

/** What their tests accept and we refuse: a key twice, and base64 that is not canonical. */
const STRICTER = /duplicate|dupe|double|twice|padding|pad bits|padded|non-zero/i;

const writeDictionary = (dictionary: Dictionary): string =>
  [...dictionary]
    .map(([key, member]) => {
      const text = writeMember(member);
      return text.startsWith('?1') ? `${key}${text.slice(2)}` : `${key}=${text}`;
    })
    .join(', ');

const written = (type: Case['header_type'], text: string): string =>
  type === 'item' ? writeMember(parseItem(text)) : writeDictionary(parseDictionary(text));

describe.each(['item.json', 'dictionary.json', 'param-dict.json'])(
  'the tests of the HTTP working group: %s',
  (file) => {
    it('are read as they say', (context) => {
      proves('decision.D11');
      const text = thirdParty(`http/structured-fields/${file}`) ?? context.skip(THIRD_PARTY_ABSENT);
      const cases: readonly Case[] = JSON.parse(text);
      let read = 0;
      for (const test of cases) {
        if (test.header_type === 'list') continue;
        const raw = test.raw.join(', ');
        const code = codeThrownBy(() => written(test.header_type, raw));
        if (test.must_fail === true) expect(code, test.name).toBe('CRYPTO_HTTP_SYNTAX');
        else if (STRICTER.test(test.name) || test.can_fail === true)
          expect([undefined, 'CRYPTO_HTTP_SYNTAX'], test.name).toContain(code);
        else {
          expect(code, test.name).toBeUndefined();
          expect(written(test.header_type, raw), test.name).toBe((test.canonical ?? test.raw).join(', '));
        }
        read++;
      }
      expect(read).toBeGreaterThan(4);
    });
  },
);

describe('what is refused though RFC 8941 allows it', () => {
  it.each([
    ['a member twice', 'a=1, a=1'],
    ['a parameter twice', 'a;b;b'],
    ['base64 without its padding', 'a=:YQ:'],
    ['base64 with bits that nobody reads', 'a=:YR==:'],
    ['a field longer than the limit', `a="${'x'.repeat(16_384)}"`],
  ])('%s', (_, text) => {
    expect(codeThrownBy(() => parseDictionary(text))).toBe('CRYPTO_HTTP_SYNTAX');
  });

  it('a string that cannot be written', () => {
    expect(codeThrownBy(() => writeString('é'))).toBe('CRYPTO_HTTP_SYNTAX');
    expect(codeThrownBy(() => writeString('a\nb'))).toBe('CRYPTO_HTTP_SYNTAX');
    expect(writeString('a"\\b')).toBe('"a\\"\\\\b"');
  });
});

/** The same tree, as the other library has it. */
function asTheirs({ params, ...member }: Member): unknown {
  const own = [...params].map(([key, value]) => [key, bare(value)]);
  return 'items' in member ? [member.items.map((item) => asTheirs(item)), own] : [bare(member.item), own];
}
const bare = ({ type, value }: BareItem): unknown =>
  type === 'binary' ? [...value] : type === 'token' ? { token: value } : value;

const plain = (value: unknown): unknown => {
  if (value instanceof Map) return [...value].map(([key, member]) => [key, plain(member)]);
  if (value instanceof theirs.Token) return { token: value.toString() };
  if (value instanceof ArrayBuffer) return [...new Uint8Array(value)];
  return Array.isArray(value) ? value.map(plain) : value;
};

/** Every key of the text; two that are equal are a reason to refuse that the other library does not know. */
const hasTwice = (raw: string): boolean => {
  const keys = raw.match(/[a-z*][a-z0-9_.*-]*/g) ?? [];
  return new Set(keys).size < keys.length;
};

describe('beside another library', () => {
  const PIECES = [
    'a',
    'b',
    'c=',
    'd;',
    '=',
    ';',
    ',',
    ', ',
    '(',
    ')',
    ' ',
    '"x"',
    '"',
    '\\',
    '1',
    '-2',
    '.5',
    '?1',
    '?0',
    '*t/x',
    'A:b',
    ':YWI=:',
    'e1',
    '\t',
    'é',
    '%',
  ];
  const text = (random: SeededRandom): string =>
    Array.from({ length: random.int(9) + 1 }, () => random.pick(PIECES)).join('');

  it('reads what that reads, and the same values', async () => {
    let [taken, refused] = [0, 0];
    await withSeed('structured fields', 30_000, (random) => {
      const raw = text(random);
      let other: unknown;
      try {
        other = plain(theirs.parseDictionary(raw));
      } catch {
        other = undefined;
      }
      const code = codeThrownBy(() => parseDictionary(raw));
      if (code === undefined) {
        expect(
          [...parseDictionary(raw)].map(([key, member]) => [key, asTheirs(member)]),
          raw,
        ).toEqual(other);
        taken++;
      } else if (!hasTwice(raw) && !raw.includes(':')) {
        expect(other, raw).toBeUndefined();
        refused++;
      }
    });
    expect(Math.min(taken, refused)).toBeGreaterThan(500);
  });

  it('writes what it read so that it reads the same again', async () => {
    await withSeed('written fields', 5000, (random) => {
      const raw = text(random);
      if (codeThrownBy(() => parseDictionary(raw)) !== undefined) return;
      const again = writeDictionary(parseDictionary(raw));
      expect(writeDictionary(parseDictionary(again)), raw).toBe(again);
    });
  });
});

it('tells items from lists', () => {
  const [list, item]: readonly (Member | undefined)[] = [...parseDictionary('a=(1 2);p, b=tok').values()];
  expect(list !== undefined && isInnerList(list) && list.items.map((one: Item) => one.item.value)).toEqual([
    1, 2,
  ]);
  expect(item !== undefined && !isInnerList(item) && item.item).toEqual({ type: 'token', value: 'tok' });
});
