import type { Decision } from '@ttp/core';
import { type DecideInput, judge } from './judge.js';

/**
 * Combines evidence and policy into one decision (decision D22): the stricter of what the assessed risk, the
 * policy, the gates of decision D24 and the confidence ask for. Pure and synchronous: the same input gives the same
 * bytes, at any time and on every runtime; time is `evidence.now`.
 *
 * Facts are read by name: `identity`, `trust`, `fraud`, `anomalies`, `agent`, `resource`, `activity`, `capabilities`,
 * `labels`, `vouch`, `windows`, `grants`, `pdp`, `override`; what is missing, stale or malformed raises the risk and is
 * named in the reasons. A deny is a value, not an error.
 *
 * @param input the interaction, evidence gathered for it, the loaded policy, and `Thresholds`
 * @throws CORE_BAD_TIME, CORE_BAD_EPOCH; CRYPTO_JSON_* when the input is not plain JSON and so has no hash
 */
export const decide = (input: DecideInput): Decision => judge(input).decision();
