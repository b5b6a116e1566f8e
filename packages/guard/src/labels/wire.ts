import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { OWN_LABELS_MAX } from '../limits.js';
import { readLabels } from './label.js';

/** The member of an MCP `_meta`, and of the `metadata` of an A2A message, that names the labels of a trace. */
export const LABELS_MEMBER = 'ttp/labels';

/** The HTTP header that names them: a list of tokens (RFC 9651), such as `pii, untrusted`. */
export const LABELS_HEADER = 'ttp-labels';

/** Longest header that is read: as many labels as a trace may have, with blanks between them. */
const HEADER_MAX_CHARS = (OWN_LABELS_MAX + 3) * 36;

/**
 * The labels that metadata names; none where it names none. Whoever gets them adds them to those it knows of: nobody's
 * list takes a label away.
 *
 * @param metadata the `_meta` of an MCP message or the `metadata` of an A2A message, as it came
 * @throws GUARD_LABELS_INVALID where there is a list that cannot be read: nobody knows then which labels there are
 */
export function labelsOfMetadata(metadata: Json | undefined): readonly string[] {
  if (!isJsonObject(metadata) || !Object.hasOwn(metadata, LABELS_MEMBER)) return [];
  return readLabels(metadata[LABELS_MEMBER]);
}

/**
 * Metadata that names labels beside those that it names already; itself where there are none to name.
 *
 * @throws GUARD_LABELS_INVALID
 */
export function withLabels(metadata: JsonObject, labels: readonly string[]): JsonObject {
  if (labels.length === 0) return metadata;
  return { ...metadata, [LABELS_MEMBER]: readLabels([...labelsOfMetadata(metadata), ...labels]) };
}

/**
 * Labels as the value of a {@link LABELS_HEADER}.
 *
 * @throws GUARD_LABELS_INVALID
 */
export const encodeLabels = (labels: readonly string[]): string => readLabels(labels).join(', ');

/**
 * The labels of a {@link LABELS_HEADER}; none where there is no header or nothing in it.
 *
 * @throws GUARD_LABELS_INVALID for anything but a list of tokens without parameters
 */
export function decodeLabels(header: string | undefined): readonly string[] {
  const text = header?.trim() ?? '';
  if (text === '') return [];
  if (text.length > HEADER_MAX_CHARS) throw new TtpError('GUARD_LABELS_INVALID', 'the header is too long');
  return readLabels(text.split(/[ \t]*,[ \t]*/));
}
