import { canonicalize } from '@ttp/crypto';
import type { Review } from './record.js';
import { digestOf } from './request.js';

/** What reorders, hides or controls text on a screen: controls, bidi marks, zero-width and tag characters (flaw.O4). */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u{115f}\u{1160}\u{3164}\u{ffa0}]/gu;

/** `text` with every character that could hide something written out. */
export const visible = (text: string): string =>
  text.replace(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/**
 * A review as an operator sees it: made from what is signed, not from a summary of the agent's. What the agent wrote
 * is marked as such and cannot pose as anything else on a terminal.
 */
export function renderReview({ id, request, terms, state }: Review): string {
  const { agent, target, action, resource, input, policy, epoch, notAfter } = request;
  return [
    `Review ${id} (level ${terms.level}), ${state.at}`,
    `  agent     ${agent}`,
    `  action    ${visible(action)} on ${visible(resource)}`,
    `  tool      ${visible(target)}`,
    `  reason    ${visible(terms.reason)}`,
    `  policy    ${policy}, kill epoch ${epoch}`,
    `  usable    until ${new Date(notAfter).toISOString()}`,
    `  digest    ${digestOf(request)}`,
    '  arguments (written by the agent, untrusted):',
    `    ${visible(canonicalize(input))}`,
  ].join('\n');
}
