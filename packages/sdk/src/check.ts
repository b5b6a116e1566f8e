import type { Decision, ErrorCode, Interaction, Obligation, Profile } from '@ttp/core';
import { permitToBegin } from './begin.js';
import { isClean, isScannedBy } from './clean.js';
import { type Decided, requirePermission, verifyAndDecide } from './deciding.js';
import { openJournal } from './journal.js';
import { resolveDuties } from './obligations.js';
import type { OwnPermit } from './permit.js';
import { faultCode } from './plain.js';
import type { Flow } from './run.js';

/**
 * What a call would come to now. It is advice and no permission: nothing is held for it, nobody was asked, and the
 * call itself is decided anew.
 */
export type Check =
  | {
      readonly wouldPermit: true;
      readonly decision: Decision;
      /** What would have to be done for the permission to hold: an approval among them has still to be given. */
      readonly obligations: readonly Obligation[];
    }
  /** `code` is what the call would be refused with. There is no decision if it would not come to one. */
  | { readonly wouldPermit: false; readonly code: ErrorCode; readonly decision?: Decision };

/**
 * The flow of `run` up to its holds: alive? -> gather evidence -> decide -> a handler for every obligation -> checks
 * -> alive still? It is recorded with the next batch, as a check: no line of it looks like a call. In monitor mode it
 * says what enforcing would. It never throws; whatever goes wrong, the recording too, is a refusal with its code.
 *
 * @param interaction as `readInteraction` gives it: plain and frozen
 */
export async function check<I extends Interaction, R>(
  profile: Profile<I, R>,
  interaction: I,
  flow: Flow,
): Promise<Check> {
  let own: OwnPermit | undefined;
  let decided: Decided | undefined;
  let mayKeep: boolean | undefined;
  let checked: Check;
  try {
    const { agent } = interaction;
    own = await permitToBegin(agent, flow);
    own.permit.enter();
    decided = await verifyAndDecide(profile, interaction, own.permit, flow);
    const permitted = requirePermission(profile, interaction, decided, flow);
    resolveDuties(permitted.obligations, flow.handlers).check(interaction);
    mayKeep = isScannedBy(permitted) || isClean(interaction, flow);
    own.permit.enter(); // whoever was killed meanwhile would be refused
    checked = { wouldPermit: true, decision: decided.decision, obligations: permitted.obligations };
  } catch (error) {
    checked = refusal(faultCode(error, 'SDK_OBLIGATION_FAILED'), decided?.decision);
  }
  own?.dispose(checked.wouldPermit ? 'something' : 'nothing');
  return await recordCheck(interaction, checked, flow, {
    decided,
    mayKeep: mayKeep ?? isClean(interaction, flow),
  });
}

/** The answer, once its record is in the queue. One that cannot be recorded is none: the call could not be either. */
export async function recordCheck(
  interaction: Interaction,
  checked: Check,
  flow: Flow,
  { decided, mayKeep }: { readonly decided?: Decided | undefined; readonly mayKeep: boolean },
): Promise<Check> {
  try {
    const code = checked.wouldPermit ? undefined : checked.code;
    await openJournal(flow.recorder, interaction, flow.stamp).checked(code, decided, mayKeep);
    return Object.freeze(checked);
  } catch (error) {
    return refusal(faultCode(error, 'SDK_AUDIT_FAILED'), checked.decision);
  }
}

/** A check that comes to a refusal. */
export const refusal = (code: ErrorCode, decision?: Decision): Check =>
  Object.freeze({ wouldPermit: false, code, ...(decision === undefined ? {} : { decision }) });
