import { asTerm, EFFECTS, isHash, isJsonObject, type Json } from '@ttp/core';
import { bundleEntries, bundlePayloads, type Entry } from '@ttp/etr-merkle/trace';
import { isStopped } from '@ttp/guard';
import type { Observation, ObservedCalls, UnreadCall } from '@ttp/spl';
import { readRecordedCall } from '@ttp/tre';

/** The entries of one interaction. */
interface Recorded {
  evidence?: Entry;
  decision?: Entry;
  settled?: Entry;
}

const MEMBERS: ReadonlyMap<string, keyof Recorded> = new Map([
  ['evidence-gathered', 'evidence'],
  ['decision-made', 'decision'],
  ['interaction-settled', 'settled'],
]);

/**
 * The tool calls of a bundle, as `recommendPolicy` and `replayPolicy` of @ttp/spl take them, in the order in which they
 * first appear. Verify the bundle before, with `verifyTrace`. A call whose payloads were not kept, were erased or are not
 * disclosed is unread; so is one that came to no decision.
 *
 * @throws ETR_BUNDLE_LINE, ETR_BUNDLE_PAYLOAD; TRE_REPLAY_BAD_INPUT, CORE_UNKNOWN_TERM for what no enforcement point records
 */
export function observationsOf(bundle: string | Uint8Array): ObservedCalls {
  const payloads = bundlePayloads(bundle);
  const recorded = new Map<string, Recorded>();
  for (const entry of bundleEntries(bundle)) {
    const member = MEMBERS.get(entry.type);
    if (member === undefined || entry.data['checked'] === true) continue; // what somebody only asked is no call
    const known = recorded.get(entry.subject) ?? {};
    known[member] = entry;
    recorded.set(entry.subject, known);
  }
  const kept = (entry: Entry | undefined, name: string): Json | undefined => {
    const hash = entry?.data[name];
    return typeof hash === 'string' && isHash(hash) ? payloads.get(hash) : undefined;
  };
  const calls: Observation[] = [];
  const unread: UnreadCall[] = [];
  for (const [id, { evidence, decision, settled }] of recorded) {
    if (evidence !== undefined && evidence.data['mode'] !== 'a2t') continue;
    const end = endOf(settled);
    const payload = { interaction: kept(evidence, 'interaction'), facts: kept(evidence, 'evidence') };
    const call = decision === undefined ? undefined : callOf(payload, decision);
    if (call === undefined) unread.push({ id, ...end });
    else calls.push({ id, ...call, ...end });
  }
  return { calls, unread };
}

/** What a call was; undefined where its payloads are not there, or its arguments are no object. */
function callOf(
  { interaction: asked, facts }: { readonly interaction: Json | undefined; readonly facts: Json | undefined },
  decision: Entry,
): Omit<Observation, 'id' | 'went' | 'code'> | undefined {
  if (asked === undefined || facts === undefined) return undefined;
  const { interaction, request, isSensitive } = readRecordedCall(asked, facts);
  const { target, input } = interaction;
  if (!isJsonObject(input)) return undefined;
  // A server has no slash in its name; a tool, such as `resources/read`, may.
  const slash = target.indexOf('/');
  const { effect } = decision.data;
  return {
    server: target.slice(0, Math.max(slash, 0)),
    tool: target.slice(slash + 1),
    input,
    request,
    effect: asTerm(EFFECTS, typeof effect === 'string' ? effect : '', 'effect'),
    isSensitive,
  };
}

/** What became of a call. One without an end was interrupted, and may have happened. */
function endOf(settled: Entry | undefined): Pick<UnreadCall, 'went' | 'code'> {
  const { status = 'failed', code, would } = settled?.data ?? {};
  const watched = would !== undefined && isJsonObject(would) ? would['code'] : undefined;
  const why = typeof code === 'string' ? code : watched;
  // A call that failed because the agent was stopped is nothing that the agent needs.
  const wasStopped = typeof status === 'string' && typeof code === 'string' && isStopped({ status, code });
  const went = !wasStopped && (status === 'done' || status === 'failed' || status === 'withheld');
  return { went, ...(typeof why === 'string' ? { code: why } : {}) };
}
