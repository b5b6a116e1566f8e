import { isJsonObject, type Json } from '@ttp/core';

const HIDDEN = '***';

/** Shorter than this, the last four characters would be most of the text. */
const SHOW_TAIL_FROM = 8;

/**
 * What is shown of a masked value: of an e-mail address its first letter and domain (`j***@example.com`), of other
 * text from 8 characters on the last four, else nothing. Numbers count as their text; everything inside lists and
 * objects is masked, so that a value of another shape than expected does not slip through. null stays null.
 */
export function maskValue(value: Json): Json {
  if (value === null) return null;
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'number') return maskText(String(value));
  if (typeof value === 'boolean') return HIDDEN;
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, maskValue(member)]));
  return value.map(maskValue);
}

function maskText(text: string): string {
  const at = text.lastIndexOf('@');
  const local = Array.from(text.slice(0, Math.max(at, 0)));
  if (local.length > 0) return `${local.length > 1 ? local[0] : ''}${HIDDEN}${text.slice(at)}`;
  const characters = Array.from(text);
  return characters.length < SHOW_TAIL_FROM ? HIDDEN : HIDDEN + characters.slice(-4).join('');
}
