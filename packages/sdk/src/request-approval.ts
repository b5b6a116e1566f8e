import type { Interaction } from '@ttp/core';
import type { Oversight, Review } from '@ttp/oversight';
import type { Check } from './check.js';

/** What came of asking for the approval of a call. */
export interface ApprovalRequest {
  readonly checked: Check;
  /** One for each approval that the call needs; none where it needs none, or would be refused whoever approved. */
  readonly reviews: readonly Review[];
}

/**
 * Opens, or finds, the reviews that a checked call waits for. What would be refused anyway is not asked about: people
 * are not to be bothered with what they cannot permit.
 *
 * @throws what `request` of `Oversight` throws
 */
export async function requestApproval(
  { checked, interaction }: { readonly checked: Check; readonly interaction: Interaction },
  oversight: Oversight | undefined,
): Promise<ApprovalRequest> {
  const reviews: Review[] = [];
  if (checked.wouldPermit && oversight !== undefined)
    for (const obligation of checked.obligations)
      if (obligation.kind === 'approval')
        reviews.push(await oversight.request(obligation, interaction, checked.decision));
  return { checked, reviews };
}
