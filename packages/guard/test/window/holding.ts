import type { Decision, Hold, Interaction, JsonObject, Obligation, ObligationHandler } from '@ttp/core';
import { interaction } from '../interaction.js';

export const DAY = 86_400_000;

export const obligation = (params: JsonObject): Obligation => ({ kind: 'window', from: 'policy', params });

/** A call that asks for an amount. */
export const payment = (amount: number, id = 'call'): Interaction => interaction({ id, input: { amount } });

/** Reserves as `run` of @ttp/sdk does. */
export async function hold(handler: ObligationHandler, params: JsonObject, i: Interaction): Promise<Hold> {
  const decision = {} as Decision;
  const held = await handler.hold?.(obligation(params), i, decision, new AbortController().signal);
  if (held === undefined) throw new Error('a window is held');
  return held;
}
