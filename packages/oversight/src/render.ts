import type { Json } from '@ttp/core';
import { canonicalize, plainCopy } from '@ttp/crypto';
import type { Review } from './record.js';
import { digestOf } from './request.js';
import type { ReviewState } from './review-machine.js';

/**
 * What reorders, hides, controls or imitates text on a screen: control, format, private and unassigned characters,
 * whatever a renderer may leave out (zero-width, variation selectors, fillers, tags), and every blank but the space.
 */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u{2800}]|(?! )\p{Zs}/gu;

/** `text` of somebody else for one line of a terminal: every character that could hide something written out (flaw.O4). */
export const visible = (text: string): string =>
  text.replace(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/**
 * A review as an operator sees it: made from what is signed, not from a summary of the agent's. What the agent wrote
 * is marked as such and cannot pose as anything else on a terminal. In dual control the second operator sees what
 * the first one decided, which he confirms.
 */
export function renderReview({ id, request, terms, state }: Review): string {
  const { agent, target, action, resource, input, claims, policy, epoch, notAfter, maxUses } = request;
  return [
    `Review ${visible(id)} (level ${terms.level}), ${state.at}`,
    `  agent     ${agent}`,
    `  action    ${visible(action)} on ${visible(resource)}`,
    `  tool      ${visible(target)}`,
    `  reason    ${visible(terms.reason)} (${visible(terms.from)})`,
    `  policy    ${policy}, kill epoch ${epoch}`,
    `  usable    until ${stamp(notAfter)}, at most ${maxUses} times`,
    `  digest    ${digestOf(request)}`,
    ...progressOf(state),
    '  arguments (written by the agent, untrusted):',
    `    ${shown(input)}`,
    ...(claims === undefined ? [] : ['  beside them (likewise):', `    ${shown(claims)}`]),
  ].join('\n');
}

function progressOf(state: ReviewState): readonly string[] {
  if (state.at !== 'pending' && state.at !== 'seconding') return [];
  const decide = `  decide    before ${stamp(state.deadline)}`;
  if (state.at === 'pending') return [decide];
  const { id, operator, reason, conditions } = state.first;
  return [
    decide,
    `  first     ${id} by ${visible(operator)}: ${visible(reason)}`,
    `            under ${shown(plainCopy(conditions))}`,
  ];
}

const shown = (value: Json): string => visible(canonicalize(value));
const stamp = (ms: number): string => new Date(ms).toISOString();
