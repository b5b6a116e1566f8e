import { type View, viewBuilder } from './view.js';

/** Zero-width and bidi characters, fillers and combining marks: nobody sees them, and they split what is searched for. */
const INVISIBLE = /^[\p{Cf}\p{Default_Ignorable_Code_Point}\p{M}\0]$/u;
/** Dashes, and the minus signs and bullets that are read as one. */
const DASH = /^[\p{Pd}\u02D7\u2043\u2212\u2796]$/u;
const SPACE = /^\p{Zs}$/u;
const DIGIT = /^\p{Nd}$/u;
// oxlint-disable-next-line no-control-regex -- every character of ASCII but NUL
const ASCII_ONLY = /^[\x01-\x7f]*$/;

/**
 * The text as a reader takes it (decision D36): compatibility forms folded (NFKC, a character at a time, so that
 * each keeps its place), what is invisible left out, every dash `-`, every space ` `, every decimal digit 0-9.
 * NUL is left out too, so that UTF-16 text decoded from base64 reads as text.
 */
export function normalise(view: View): View {
  if (ASCII_ONLY.test(view.text)) return view;
  const folded = new Map<string, string>();
  const builder = viewBuilder(view);
  let at = 0;
  for (const character of view.text) {
    let text = folded.get(character);
    if (text === undefined) folded.set(character, (text = fold(character)));
    builder.put(text, at, at + character.length);
    at += character.length;
  }
  return builder.build();
}

function fold(character: string): string {
  if (character !== '\0' && ASCII_ONLY.test(character)) return character;
  let text = '';
  for (const part of character.normalize('NFKC'))
    if (!INVISIBLE.test(part))
      text += DASH.test(part) ? '-' : SPACE.test(part) ? ' ' : DIGIT.test(part) ? digitOf(part) : part;
  return text;
}

/** Unicode keeps decimal digits in unbroken runs of ten that begin with zero; some runs follow one another. */
function digitOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  let first = code;
  while (DIGIT.test(String.fromCodePoint(first - 1))) first--;
  return String((code - first) % 10);
}
