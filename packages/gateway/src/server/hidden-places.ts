import { isJsonObject, type Json } from '@ttp/core';
import { visible } from '@ttp/oversight';
import { FINDINGS_MAX } from '../limits.js';
import { hasHiddenText } from '../mcp/hidden-text.js';

/** A place with text that people do not see. */
export interface HiddenPlace {
  /** Where: `description`, `inputSchema.properties.path`. */
  readonly at: string;
  /** The text, with what it hides written out. */
  readonly text: string;
}

/** Longest piece of a text that is shown. */
const SHOWN_CHARS = 500;

/** Every text in `value`, keys included, that holds characters that people do not see: at most {@link FINDINGS_MAX}. */
export function hiddenPlaces(value: Json): readonly HiddenPlace[] {
  const found: HiddenPlace[] = [];
  const look = (one: Json, at: string): void => {
    if (found.length >= FINDINGS_MAX) return;
    if (typeof one === 'string') {
      if (hasHiddenText(one)) found.push({ at, text: visible(one.slice(0, SHOWN_CHARS).toWellFormed()) });
    } else if (Array.isArray(one)) {
      for (const [i, item] of one.entries()) look(item, `${at}[${i}]`);
    } else if (isJsonObject(one)) {
      for (const [key, member] of Object.entries(one)) {
        const below = at === '' ? visible(key) : `${at}.${visible(key)}`;
        look(key, below);
        look(member, below);
      }
    }
  };
  look(value, '');
  return found;
}
