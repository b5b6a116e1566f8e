import { codeOf, type ErrorCode, isHash, type Json } from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
import { bundleEntries, bundlePayloads, type Entry } from '@ttp/etr-merkle/trace';
import { canonicalDecision, replay } from '@ttp/tre';

/** What became of one recorded decision when it was made again. */
export interface ReplayedDecision {
  /** Position of its `decision-made` entry. */
  readonly index: bigint;
  /** Id of the interaction. */
  readonly subject: string;
  /** `same`: equal to the byte. `absent`: a payload was erased or not disclosed. `differs`: the fault or difference. */
  readonly result: 'same' | 'absent' | 'differs';
  readonly code?: ErrorCode;
}

/**
 * Makes every decision of a bundle again from its payloads and compares the bytes (tre.replay). Verify the bundle
 * first with `verifyTrace`: this says that decisions follow from their inputs, not that the inputs are the log's.
 *
 * @throws ETR_BUNDLE_LINE, ETR_BUNDLE_PAYLOAD
 */
export function replayBundle(bundle: string | Uint8Array): readonly ReplayedDecision[] {
  const payloads = bundlePayloads(bundle);
  const entries = bundleEntries(bundle);
  /** The payload that `entry` commits to under `name`. */
  const kept = (entry: Entry | undefined, name: string): Json | undefined => {
    const hash = entry?.data[name];
    return typeof hash === 'string' && isHash(hash) ? payloads.get(hash) : undefined;
  };
  const armed = new Map(
    entries.filter(({ type }) => type === 'policy-armed').map((entry) => [entry.subject, entry]),
  );
  const gathered = new Map<string, Entry>();
  const results: ReplayedDecision[] = [];
  for (const entry of entries) {
    const { type, subject, index, data } = entry;
    if (type === 'evidence-gathered') gathered.set(subject, entry);
    if (type !== 'decision-made') continue;
    const policy = typeof data['policy'] === 'string' ? armed.get(data['policy']) : undefined;
    const evidence = gathered.get(subject);
    const policyText = kept(policy, 'policyText');
    const recorded = kept(entry, 'decision');
    const inputs = {
      interaction: kept(evidence, 'interaction'),
      evidence: kept(evidence, 'evidence'),
      policyText: typeof policyText === 'string' ? policyText : undefined,
      thresholds: kept(policy, 'thresholds'),
    };
    results.push({ index, subject, ...compare(recorded, inputs) });
  }
  return results;
}

function compare(
  recorded: Json | undefined,
  inputs: Parameters<typeof replay>[0],
): Pick<ReplayedDecision, 'result' | 'code'> {
  if (recorded === undefined) return { result: 'absent', code: 'TRE_REPLAY_INPUT_ABSENT' };
  try {
    const same = canonicalDecision(replay(inputs)) === canonicalize(recorded);
    return same ? { result: 'same' } : { result: 'differs', code: 'SDK_REPLAY_DIFFERS' };
  } catch (error) {
    const code = codeOf(error, 'SDK_REPLAY_DIFFERS');
    return { result: code === 'TRE_REPLAY_INPUT_ABSENT' ? 'absent' : 'differs', code };
  }
}
