import { fromMultikey } from '@ttp/crypto';
import type { TraceReport } from '@ttp/etr-merkle/trace';
import { bundleEntries, type VerifyOptions, verifyTraceStream } from '@ttp/etr-merkle/trace';
import { type ReplayedDecision, replayBundle } from '@ttp/sdk';
import { type BundleClaims, claimsOf, type LogKeyArgument, trustedLog } from './log-keys.js';

/** What is known of a bundle after everything was checked. */
export interface BundleReport {
  readonly claims: BundleClaims;
  /** Whether a key of the caller's signed it. */
  readonly trusted: boolean;
  readonly trace: TraceReport;
  /** Empty where the trace is not valid: its contents mean nothing then. */
  readonly replayed: readonly ReplayedDecision[];
  /** Calls that went on whatever was decided, since the enforcement point only observed. 0 where the trace is not valid. */
  readonly observed: number;
  /** A trusted key signed it, nothing is wrong, and every decision that can be replayed is the same. */
  readonly valid: boolean;
}

/**
 * Verifies a bundle offline and replays its decisions. Without keys it is held against the key that it carries itself:
 * that shows damage, and never who made it, so such a bundle is not valid.
 *
 * @param now wall clock, ms
 * @param options a long bundle is verified in slices, and how far it is, is told after each
 * @throws CLI_BUNDLE for what does not begin like a bundle
 */
export async function verifyBundle(
  bundle: Uint8Array,
  keys: readonly LogKeyArgument[],
  now: number,
  options: VerifyOptions,
): Promise<BundleReport> {
  const claims = claimsOf(bundle);
  const own = claims.key === undefined ? [] : [{ publicKey: fromMultikey(claims.key) }];
  const trace = await verifyWithOne(bundle, keys.length === 0 ? own : keys, claims, now, options);
  const trusted = keys.length > 0 && hasSigned(trace);
  const replayed = trace.valid ? replayBundle(bundle) : [];
  const valid = trusted && trace.valid && !replayed.some(({ result }) => result === 'differs');
  return { claims, trusted, trace, replayed, observed: trace.valid ? observedIn(bundle) : 0, valid };
}

function observedIn(bundle: Uint8Array): number {
  let calls = 0;
  for (const { type, data } of bundleEntries(bundle))
    if (type === 'interaction-settled' && data['enforced'] === false) calls++;
  return calls;
}

/** With the first key that signed the bundle; a bundle has one signature, so at most one does. */
async function verifyWithOne(
  bundle: Uint8Array,
  keys: readonly LogKeyArgument[],
  claims: BundleClaims,
  now: number,
  options: VerifyOptions,
): Promise<TraceReport> {
  let report: TraceReport | undefined;
  for (const key of keys) {
    report = await verifyTraceStream([bundle], { logKeys: [trustedLog(key, claims)], now }, options);
    if (hasSigned(report)) return report;
  }
  return report ?? verifyTraceStream([bundle], { logKeys: [], now }, options);
}

const hasSigned = ({ checks }: TraceReport): boolean =>
  checks.some(({ check, status }) => check === 'signature' && status === 'passed');
