import { proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  type NegotiationEvent,
  type NegotiationState,
  negotiationMachine,
  stateNamed,
} from '../src/index.js';

interface StepCase {
  readonly state: NegotiationState | NegotiationState['at'];
  readonly event: NegotiationEvent | NegotiationEvent['type'];
  readonly expect: {
    readonly state: NegotiationState | NegotiationState['at'];
    readonly emitted: readonly object[];
  };
}

describe('the vectors of the table', () => {
  it.each(vectors<StepCase>('pnp/step'))('$name', ({ state, event, expect: expected }) => {
    proves('law.N-1', 'pnp.transition.total');
    const named = typeof state === 'string' ? stateNamed(state) : state;
    const step = negotiationMachine.step(named, typeof event === 'string' ? eventNamed(event) : event);
    expect(typeof state === 'string' ? step.state.at : step.state).toEqual(expected.state);
    expect(step.out).toEqual(expected.emitted);
  });
});

const eventNamed = (type: NegotiationEvent['type']): NegotiationEvent =>
  type === 'error' ? { type, now: 0, code: 'PNP_FAULT' } : { type, now: 0 };
