import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';

/** What may be done to a result before it leaves (ttp-protocol.txt L2274-2283), checked and split into paths. */
export interface Transform {
  /** Members to remove. */
  readonly redact: readonly Path[];
  /** Members to show in part. */
  readonly mask: readonly Path[];
  /** Texts to cut, and the UTF-16 units they keep. */
  readonly truncate: readonly { readonly path: Path; readonly length: number }[];
  readonly watermark: boolean;
  readonly footer: string | undefined;
}

/** The names of the members to go through, outermost first. */
export type Path = readonly string[];

const KEYS = ['redact', 'mask', 'truncate', 'watermark', 'addFooter'];

/**
 * The parameters of a `transform` obligation. What is not understood is refused: a transformation that is left
 * out would let through what the policy holds back.
 *
 * @param params `{ redact?: string[], mask?: string[], truncate?: { field, length } | [...], watermark?: boolean, addFooter?: string }`
 * @throws GUARD_OBLIGATION_INVALID with the field
 */
export function parseTransform(params: JsonObject): Transform {
  const unknown = Object.keys(params).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw invalid(unknown, 'no such transformation');
  const { redact, mask, truncate, watermark, addFooter } = params;
  if (watermark !== undefined && typeof watermark !== 'boolean') throw invalid('watermark', 'not a boolean');
  if (addFooter !== undefined && typeof addFooter !== 'string') throw invalid('addFooter', 'not a text');
  return {
    redact: paths(redact, 'redact'),
    mask: paths(mask, 'mask'),
    truncate: cuts(truncate),
    watermark: watermark ?? false,
    footer: addFooter,
  };
}

function paths(list: Json | undefined, field: string): readonly Path[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw invalid(field, 'not a list of paths');
  return list.map((item: Json, i) => path(item, `${field}[${i}]`));
}

function cuts(value: Json | undefined): Transform['truncate'] {
  if (value === undefined) return [];
  const list: readonly Json[] = Array.isArray(value) ? value : [value];
  return list.map((item, i) => {
    const field = `truncate[${i}]`;
    if (!isJsonObject(item)) throw invalid(field, 'not { field, length }');
    const { field: name, length, ...rest } = item;
    if (Object.keys(rest).length > 0) throw invalid(field, 'more than { field, length }');
    if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0)
      throw invalid(`${field}.length`, 'not a length');
    return { path: path(name, `${field}.field`), length };
  });
}

function path(text: Json | undefined, field: string): Path {
  if (typeof text !== 'string') throw invalid(field, 'not a path');
  const names = text.split('.');
  if (names.includes('')) throw invalid(field, 'a path with an empty name');
  return names;
}

const invalid = (field: string, why: string): TtpError =>
  new TtpError('GUARD_OBLIGATION_INVALID', `transform: ${why}`, { field });
