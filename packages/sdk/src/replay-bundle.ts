import { codeOf, type Decision, type ErrorCode, isHash, isJsonObject, type Json } from '@ttp/core';
import { canonicalize, hashJson } from '@ttp/crypto';
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
  const texts = new Map<Json, string>();
  const thresholds = new Map<Json, Json>();
  for (const entry of entries.filter(({ type }) => type === 'policy-armed')) {
    const [text, bounds] = [kept(entry, 'policyText'), kept(entry, 'thresholds')];
    if (typeof text === 'string') texts.set(entry.subject, text);
    // The same policy may be armed with other thresholds: each decision names its own by hash.
    if (bounds !== undefined) thresholds.set(hashJson(bounds), bounds);
  }
  const gathered = new Map<string, Entry>();
  const results: ReplayedDecision[] = [];
  for (const entry of entries) {
    const { type, subject, index, data } = entry;
    if (type === 'evidence-gathered') gathered.set(subject, entry);
    if (type !== 'decision-made') continue;
    const evidence = gathered.get(subject);
    const inputs = {
      interaction: kept(evidence, 'interaction'),
      evidence: kept(evidence, 'evidence'),
      policyText: texts.get(data['policy'] ?? null),
      thresholds: thresholds.get(data['thresholds'] ?? null),
    };
    results.push({ index, subject, ...compare(entry, kept(entry, 'decision'), inputs) });
  }
  return results;
}

function compare(
  entry: Entry,
  recorded: Json | undefined,
  inputs: Parameters<typeof replay>[0],
): Pick<ReplayedDecision, 'result' | 'code'> {
  if (recorded === undefined) return { result: 'absent', code: 'TRE_REPLAY_INPUT_ABSENT' };
  try {
    const decision = replay(inputs);
    const isSame = canonicalDecision(decision) === canonicalize(recorded);
    const isTold = tells(entry, decision, inputs.interaction);
    return isSame && isTold ? { result: 'same' } : { result: 'differs', code: 'SDK_REPLAY_DIFFERS' };
  } catch (error) {
    const code = codeOf(error, 'SDK_REPLAY_DIFFERS');
    return { result: code === 'TRE_REPLAY_INPUT_ABSENT' ? 'absent' : 'differs', code };
  }
}

/** Whether the entry says in the open what the decision says: a log must not call a denial an allow. */
function tells(
  { subject, agent, trace, data }: Entry,
  decision: Decision,
  interaction: Json | undefined,
): boolean {
  const { outcome, effect, epoch, inputs } = decision;
  const open = { outcome, effect, epoch, policy: inputs.policy, thresholds: inputs.thresholds };
  return (
    Object.entries(open).every(([name, value]) => data[name] === value) &&
    isJsonObject(interaction) &&
    interaction['id'] === subject &&
    interaction['agent'] === agent &&
    interaction['trace'] === trace
  );
}
