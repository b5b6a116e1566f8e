import { isJsonObject, type JsonObject } from '@ttp/core';
import { LABELS_MEMBER, labelsOfMetadata, withLabels } from '@ttp/guard';
import type { Ttp } from '@ttp/sdk';
import type { Answer } from './ask.js';

/** The part of an enforcement point that labels its trace. */
type Labelling = Pick<Ttp, 'labels'>;

/** Adds labels before what brought them is handed on. Throws GUARD_LABELS_*: then it is not. */
export async function label({ labels }: Labelling, added: readonly string[]): Promise<void> {
  if (added.length > 0) await labels.add(added);
}

/**
 * Adds what a message says of itself: either side may name further labels in our name, and takes none away by it.
 *
 * @param message params or a result, as it came
 * @throws GUARD_LABELS_INVALID, and what adding throws
 */
export const labelBy = (ttp: Labelling, message: JsonObject): Promise<void> =>
  label(ttp, labelsOfMetadata(message['_meta']));

/** The same of an answer; what an error says of itself stands in its data. */
export const labelByAnswer = (ttp: Labelling, answer: Answer): Promise<void> =>
  'result' in answer ? labelBy(ttp, answer.result) : label(ttp, labelsOfMetadata(answer.error.data));

/** A message that names the labels of the trace to whoever gets it. */
export async function labelled(ttp: Labelling, message: JsonObject): Promise<JsonObject> {
  const { labels } = await ttp.labels.of();
  if (labels.length === 0) return message;
  const { _meta: meta } = message;
  return { ...message, _meta: withLabels(isJsonObject(meta) ? meta : {}, labels) };
}

/** The labels of the trace, for an answer's `_meta` or an error's data. */
export async function labelMeta(ttp: Labelling): Promise<JsonObject> {
  const { labels } = await ttp.labels.of();
  return labels.length === 0 ? {} : { [LABELS_MEMBER]: [...labels] };
}

/**
 * What the definition of a tool says that its results bring: one that declares an open world reads what strangers wrote.
 * A server that does not say so is not believed to be harmless by it; it is what the host declares it to be.
 */
export function labelsOfDefinition({ annotations }: JsonObject): readonly string[] {
  return isJsonObject(annotations) && annotations['openWorldHint'] === true ? ['untrusted'] : [];
}
