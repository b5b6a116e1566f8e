import { isHash, type Json } from '@ttp/core';
import { hashJson } from '@ttp/crypto';
import { bundleEntries, bundlePayloads, type Entry } from '@ttp/etr-merkle/trace';
import type { ReplayInput } from '@ttp/tre';

/** One decision of a bundle, with what it was made from. Undefined is what was erased or not disclosed. */
export interface RecordedDecision {
  /** Its `decision-made` entry. */
  readonly entry: Entry;
  readonly decision: Json | undefined;
  readonly inputs: ReplayInput;
}

/**
 * The decisions of a bundle, in order, each with the payloads that its entries commit to. Verify the bundle before,
 * with `verifyTrace`.
 *
 * @throws ETR_BUNDLE_LINE, ETR_BUNDLE_PAYLOAD
 */
export function recordedDecisions(bundle: string | Uint8Array): readonly RecordedDecision[] {
  const payloads = bundlePayloads(bundle);
  const entries = bundleEntries(bundle);
  /** The payload that `entry` commits to under `name`. */
  const kept = (entry: Entry | undefined, name: string): Json | undefined => {
    const hash = entry?.data[name];
    return typeof hash === 'string' && isHash(hash) ? payloads.get(hash) : undefined;
  };
  const texts = new Map<Json, string>();
  const thresholds = new Map<Json, Json>();
  for (const entry of entries.filter(({ type }) => type === 'policy-armed')) {
    const [text, bounds] = [kept(entry, 'policyText'), kept(entry, 'thresholds')];
    if (typeof text === 'string') texts.set(entry.subject, text);
    // The same policy may be armed with other thresholds: each decision names its own by hash.
    if (bounds !== undefined) thresholds.set(hashJson(bounds), bounds);
  }
  const gathered = new Map<string, Entry>();
  const decisions: RecordedDecision[] = [];
  for (const entry of entries) {
    const { type, subject, data } = entry;
    if (type === 'evidence-gathered') gathered.set(subject, entry);
    if (type !== 'decision-made') continue;
    const evidence = gathered.get(subject);
    const inputs = {
      interaction: kept(evidence, 'interaction'),
      evidence: kept(evidence, 'evidence'),
      policyText: texts.get(data['policy'] ?? null),
      thresholds: thresholds.get(data['thresholds'] ?? null),
    };
    decisions.push({ entry, decision: kept(entry, 'decision'), inputs });
  }
  return decisions;
}
