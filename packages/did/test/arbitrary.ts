import { base58btc } from '@ttp/crypto';
import type { SeededRandom } from '@ttp/testkit';
import { DID_TYPES, type ParsedDid } from '../src/index.js';

const NAME = 'abcdefghijklmnopqrstuvwxyz0123456789-';
const ALNUM = 'abcdefghijklmnopqrstuvwxyz0123456789';
const SEGMENT = `${NAME}ABCXYZ._`;

/** `min` to `max` characters of `alphabet`. */
function word(random: SeededRandom, alphabet: string, min: number, max: number): string {
  const length = min + random.int(max - min + 1);
  return Array.from({ length }, () => alphabet[random.int(alphabet.length)]).join('');
}

const number = (random: SeededRandom): string => String(random.int(random.pick([2, 100, 1_000_000_000])));

/** A random identifier of a random form, in parts. */
export function anyDid(random: SeededRandom): ParsedDid {
  const type = random.pick(DID_TYPES);
  switch (random.pick(['ttp', 'tessorium', 'service', 'isnad', 'key', 'web'])) {
    case 'ttp': {
      const multihash = Uint8Array.of(0x12, 0x20, ...random.bytes(32));
      return { method: 'ttp', type, scid: base58btc(multihash) };
    }
    case 'tessorium': {
      const version = `v${1 + random.int(999_999_999)}`;
      return { method: 'tessorium', type, identifier: word(random, NAME, 3, 64), version };
    }
    case 'service': {
      const core = [number(random), number(random), number(random)].join('.');
      const version = random.chance(0.5) ? core : `${core}-${word(random, ALNUM, 0, 8)}a.${number(random)}`;
      return {
        method: 'service',
        provider: word(random, NAME, 1, 64),
        name: word(random, NAME, 1, 64),
        version,
      };
    }
    case 'isnad':
      return { method: 'isnad', hex: word(random, '0123456789abcdef', 6, 64) };
    case 'key':
      return { method: 'key', publicKey: random.bytes(32) };
    default: {
      const labels = Array.from({ length: 1 + random.int(3) }, () => word(random, ALNUM, 1, 12));
      const port = random.chance(0.3) ? `:${1024 + random.int(60_000)}` : '';
      const path = Array.from({ length: random.int(4) }, () => `a${word(random, SEGMENT, 0, 10)}`);
      return { method: 'web', host: `${[...labels, 'example'].join('.')}${port}`, path };
    }
  }
}

const ALPHABET = [
  'a',
  'z',
  'A',
  'Z',
  '0',
  '9',
  ':',
  '%',
  '-',
  '.',
  '_',
  '~',
  '#',
  '?',
  '/',
  '+',
  ' ',
  '@',
  '[',
  '\\',
  '\n',
  '\0',
  '%3A',
  '%3a',
  '%61',
  '\u0430',
  '\u{1d41a}',
  '\u200b',
  '::',
  'did:',
  'v0',
];

/** `text` with one to three random edits: a character removed, put in, replaced, doubled, or its case changed. */
export function mutated(random: SeededRandom, text: string): string {
  let out = text;
  for (let edits = 1 + random.int(3); edits > 0; edits--) {
    const at = random.int(out.length + 1);
    const [before, here, after] = [out.slice(0, at), out.slice(at, at + 1), out.slice(at + 1)];
    const other = here === here.toLowerCase() ? here.toUpperCase() : here.toLowerCase();
    out =
      before +
      random.pick(['', random.pick(ALPHABET) + here, random.pick(ALPHABET), here + here, other]) +
      after;
  }
  return out;
}
