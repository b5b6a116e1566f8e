import { codeOf, type Decision, type ErrorCode, isJsonObject, type Json } from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
import type { Entry } from '@ttp/etr-merkle/trace';
import { canonicalDecision, replay } from '@ttp/tre';
import { type RecordedDecision, recordedDecisions } from './recorded-decisions.js';

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
export const replayBundle = (bundle: string | Uint8Array): readonly ReplayedDecision[] =>
  recordedDecisions(bundle).map((one) => ({
    index: one.entry.index,
    subject: one.entry.subject,
    ...replayRecorded(one),
  }));

/** Makes one decision again and compares it with the recorded one, byte by byte, and with what its entry says in the open. */
export function replayRecorded({
  entry,
  decision: recorded,
  inputs,
}: RecordedDecision): Pick<ReplayedDecision, 'result' | 'code'> {
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
