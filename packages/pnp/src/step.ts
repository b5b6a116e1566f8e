import { codeOf } from '@ttp/core';
import { certified, decided, start } from './acts.js';
import {
  isOver,
  moved,
  type Negotiation,
  type NegotiationContext,
  type NegotiationInput,
  type NegotiationStep,
} from './negotiation.js';
import { receive } from './receive.js';

/**
 * One step of one side of a negotiation: pure and synchronous, no timer and no input beside its arguments. The deadline
 * is looked at first, so that nothing that arrives too late wins against it (flaw.N6). Never throws: what the peer did
 * wrong, or a decision that cannot be carried out, ends the negotiation with its code; what is not the peer's, or not of
 * this session, is refused and changes nothing.
 *
 * @param context keys and the memory of offers of this side
 * @param state from {@link idleNegotiation}, or of the step before
 * @returns the next state, and what the driver has to do, in order
 */
export function stepNegotiation(
  context: NegotiationContext,
  state: Negotiation,
  input: NegotiationInput,
): NegotiationStep {
  if (isOver(state)) return input.type === 'message' ? receive(context, state, input) : { state, out: [] };
  const { now } = input;
  if (now >= (state.machine.deadline ?? Infinity)) return moved(state, { type: 'timeout', now });
  try {
    switch (input.type) {
      case 'start':
        return start(state, input);
      case 'message':
        return receive(context, state, input);
      case 'decided':
        return decided(context, state, input);
      case 'certified':
        return certified(context, state, input);
      case 'timeout':
      case 'error':
    }
    return moved(state, input);
  } catch (error) {
    return moved(state, { type: 'error', now, code: codeOf(error, 'PNP_FAULT') });
  }
}
