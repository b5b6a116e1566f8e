import type { Json } from '@ttp/core';
import { isJsonObject } from '@ttp/core';

/**
 * Everything that a reader does not see and a model does: zero-width, bidi and tag characters, soft hyphens, fillers,
 * variation selectors, private use, control characters. Tab and line ends are text; one emoji selector behind a
 * character is ordinary spelling, a row of selectors carries data.
 */
const HIDDEN =
  /(?![\t\n\r]|(?<![\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}])[\u{FE0E}\u{FE0F}](?![\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]))[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{Co}\p{Cs}\u2800]/u;

/** Whether any text in `value`, keys included, holds characters that people do not see (flaw.T2). Linear. */
export function hasHiddenText(value: Json): boolean {
  if (typeof value === 'string') return HIDDEN.test(value);
  if (Array.isArray(value)) return value.some((item: Json) => hasHiddenText(item));
  if (!isJsonObject(value)) return false;
  return Object.entries(value).some(([key, member]) => HIDDEN.test(key) || hasHiddenText(member));
}
