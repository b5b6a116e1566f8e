import type { Classification, Did, Hash, TraceId } from '@ttp/core';
import { equalBytes, hex, sha256, utf8 } from '@ttp/crypto';
import { type Committed, commitmentsIn, type Logs } from './commitments.js';
import type { Hold, LifeStore } from './life-store.js';
import type { StorageMode } from './mode.js';
import type { PayloadLabel, PayloadStore } from './payload-store.js';

/** How long payloads are kept. A rule without class and subject is for all. */
export interface RetentionRule {
  readonly dataClass?: Classification;
  readonly subject?: Did;
  /** From the last entry that commits to the payload, ms. */
  readonly keepMs: number;
}

/** A payload whose term is over. */
export interface Term {
  readonly hash: Hash;
  /** The traces that commit to it. */
  readonly traces: readonly TraceId[];
  /** When the term was over, wall clock, ms. */
  readonly since: number;
  /**
   * `delete`: every trace that commits to it is in standard mode. `archive`: one of them is not, so it can only be moved
   * out with its trace, or erased with its subject. `held`: a legal hold keeps it.
   */
  readonly action: 'delete' | 'archive' | 'held';
}

/** What retention is evaluated on. */
export interface RetentionSource {
  readonly logs: Logs;
  readonly life: LifeStore;
  readonly payloads: PayloadStore;
}

/**
 * Payloads whose term is over, in the order in which they were first committed to. The first rule that is for a payload
 * holds; without one it has no term.
 *
 * @param now wall clock, ms
 * @throws ETR_LIFE_UNREADABLE, ETR_BAD_LEAF
 */
export async function termsOver(
  { logs, life, payloads }: RetentionSource,
  rules: readonly RetentionRule[],
  now: number,
): Promise<readonly Term[]> {
  const commitments = new Map<Hash, { at: number; readonly traces: Set<TraceId> }>();
  for await (const { hash, trace, at } of commitmentsIn(logs)) remember(commitments, { hash, trace, at });
  const bounds = rules.map((rule) => ({
    ...rule,
    ref: rule.subject === undefined ? undefined : sha256(utf8(rule.subject)),
  }));
  const holds = await life.holds();
  const over: Term[] = [];
  for (const [hash, { at, traces }] of commitments) {
    const label = await payloads.label(hash);
    if (label === undefined) continue;
    const rule = bounds.find(
      ({ dataClass, ref }) =>
        (dataClass === undefined || dataClass === label.dataClass) &&
        (ref === undefined || equalBytes(ref, label.subject)),
    );
    if (rule === undefined || at + rule.keepMs > now) continue;
    const modes = await Promise.all([...traces].map((trace) => life.modeOf(trace)));
    const action = isHeld(holds, label, traces) ? 'held' : actionIn(modes);
    over.push({ hash, traces: [...traces], since: at + rule.keepMs, action });
  }
  return over;
}

/** Whether a hold is on the payload's key, or on a trace that commits to it. */
export const isHeld = (
  holds: readonly Hold[],
  { keyId }: Pick<PayloadLabel, 'keyId'>,
  traces: ReadonlySet<TraceId>,
): boolean => holds.some((hold) => ('trace' in hold ? traces.has(hold.trace) : hold.key === hex(keyId)));

const actionIn = (modes: readonly StorageMode[]): 'delete' | 'archive' =>
  modes.every((mode) => mode === 'standard') ? 'delete' : 'archive';

function remember(
  commitments: Map<Hash, { at: number; readonly traces: Set<TraceId> }>,
  { hash, trace, at }: Committed,
): void {
  const known = commitments.get(hash);
  if (known === undefined) {
    commitments.set(hash, { at, traces: new Set([trace]) });
    return;
  }
  known.at = Math.max(known.at, at);
  known.traces.add(trace);
}
