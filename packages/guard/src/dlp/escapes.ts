import { type View, type ViewBuilder, viewBuilder } from './view.js';

/** URL (`%2D`, `%u002D`), HTML (`&#45;`, `&#x2d;`, `&dash;`) and JSON or JavaScript (`\u002d`, `\x2d`, `\n`) escapes. */
const ESCAPE =
  /(?<bytes>(?:%[0-9a-f]{2})+)|(?:%u|\\u)(?<unit>[0-9a-f]{4})|\\x(?<byte>[0-9a-f]{2})|\\u\{(?<braced>[0-9a-f]{1,6})\}|&#x(?<hex>[0-9a-f]{1,8});?|&#(?<decimal>[0-9]{1,10});?|&(?<entity>[a-z]{2,8});|\\(?<short>["\\/bfnrt])/gi;

/** What each of them begins with. */
const MARK = /[%\\&]/;

const utf8 = /* @__PURE__ */ new TextDecoder();

/** The named characters of HTML that stand inside or around what is searched for. */
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['ensp', ' '],
  ['emsp', ' '],
  ['thinsp', ' '],
  ['tab', '\t'],
  ['newline', '\n'],
  ['shy', ''],
  ['zwj', ''],
  ['zwnj', ''],
  ['dash', '-'],
  ['hyphen', '-'],
  ['ndash', '-'],
  ['mdash', '-'],
  ['minus', '-'],
  ['lowbar', '_'],
  ['period', '.'],
  ['percnt', '%'],
  ['bsol', '\\'],
  ['sol', '/'],
  ['plus', '+'],
  ['equals', '='],
  ['colon', ':'],
]);

const SHORT: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/**
 * The view with one layer of escapes undone, in place: what stands around an escape stays around it. undefined when
 * there is none. Linear: every alternative begins with its own character and is bounded, but for runs of `%XX`.
 */
export function unescape(view: View): View | undefined {
  const { text } = view;
  if (!MARK.test(text)) return undefined;
  const builder = viewBuilder(view);
  let at = 0;
  for (const match of text.matchAll(ESCAPE)) {
    const end = match.index + match[0].length;
    const groups = match.groups ?? {};
    const { bytes } = groups;
    const plain = bytes === undefined ? characterOf(groups) : '';
    if (plain === undefined) continue;
    builder.keep(at, match.index);
    if (bytes === undefined) builder.put(plain, match.index, end);
    else putBytes(bytes, match.index, builder);
    at = end;
  }
  if (at === 0) return undefined;
  builder.keep(at, text.length);
  return builder.build();
}

function characterOf(groups: Partial<Record<string, string>>): string | undefined {
  const { unit, byte, braced, hex, decimal, entity, short } = groups;
  const digits = unit ?? byte ?? braced ?? hex;
  if (digits !== undefined) return fromCode(Number.parseInt(digits, 16));
  if (decimal !== undefined) return fromCode(Number.parseInt(decimal, 10));
  if (entity !== undefined) return ENTITIES.get(entity.toLowerCase());
  if (short !== undefined) return SHORT.get(short.toLowerCase()) ?? short;
  return undefined;
}

const fromCode = (code: number): string | undefined =>
  code <= 0x10ffff ? String.fromCodePoint(code) : undefined;

/** Reads `%XX%XX...` as UTF-8, each character in the place of its own bytes; a broken sequence as single bytes. */
function putBytes(run: string, at: number, builder: ViewBuilder): void {
  const bytes = Uint8Array.from(run.slice(1).split('%'), (pair) => Number.parseInt(pair, 16));
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i);
    const text =
      length === 1 ? String.fromCodePoint(bytes[i] ?? 0) : utf8.decode(bytes.subarray(i, i + length));
    builder.put(text, at + i * 3, at + (i + length) * 3);
    i += length;
  }
}

/** Length of the UTF-8 sequence at `i`; 1 for a byte that begins none. */
export function sequenceLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i] ?? 0;
  const length = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
  for (let k = 1; k < length; k++) if (((bytes[i + k] ?? 0) & 0xc0) !== 0x80) return 1;
  return length;
}
