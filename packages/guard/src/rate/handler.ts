import {
  type Decision,
  HANDLER_ORDER,
  type Interaction,
  type JsonObject,
  type ObligationHandler,
  type Rate,
  type RateMeter,
  TtpError,
} from '@ttp/core';
import { isAuthenticated } from '../records/authenticated.js';
import { holdOnce } from '../records/hold.js';
import { keyPart } from '../records/key-part.js';
import { unitsOf } from '../window/amount.js';
import { readRate } from './rate.js';

/** Whose use is counted together: one agent's, or one agent's by stage, capability, peer or topic. */
const SCOPES = ['agent', 'stage', 'capability', 'peer', 'topic'] as const;

/** What an obligation says. */
interface RateDuty {
  readonly rate: Rate;
  readonly per: (typeof SCOPES)[number];
  /** The stage, capability or topic; a peer is the target of the call. */
  readonly name: string;
  /** Dotted name of the argument that says how many tokens the call takes; absent where it is one request. */
  readonly adds: string | undefined;
}

function readDuty({ per = 'agent', name = '', adds, ...rest }: JsonObject): RateDuty | undefined {
  const rate = readRate(rest);
  const scope = SCOPES.find((one) => one === per);
  if (rate === undefined || scope === undefined || typeof name !== 'string') return undefined;
  if (adds !== undefined && !(typeof adds === 'string' && adds.startsWith('request.'))) return undefined;
  return { rate, per: scope, name, adds };
}

/** How many requests or tokens a call takes; undefined where it does not say. Tokens are whole. */
function takenBy(i: Interaction, adds: string | undefined): number | undefined {
  if (adds === undefined) return 1;
  const units = unitsOf(i, { adds, windowMs: 1 });
  return units === undefined || units % HUNDREDTHS !== 0 ? undefined : units / HUNDREDTHS;
}

/** Whose count it is: also by who obliges, so that two policies that limit the same agent each count for themselves. */
function keyOf({ per, name }: RateDuty, from: string, i: Interaction): string {
  const of = per === 'peer' ? i.target : name;
  return [per, i.agent, from, of]
    .filter((part) => part !== '')
    .map(keyPart)
    .join('/');
}

/** In which amounts are counted. */
const HUNDREDTHS = 100;

/**
 * Fulfils `rate` obligations: `{ requests, windowMs }` or `{ capacity, refill, perMs }`, with `per` (`agent` unless
 * given, `stage`, `capability`, `peer`, `topic`), the `name` of the stage, capability or topic, and `adds`, the argument
 * that says how many tokens a call takes. What was taken is given back where nothing happened; a call that is refused is
 * not counted.
 *
 * @param meter of calls whose agent is authenticated
 * @param sources of all others: an agent that nobody verified uses up nothing of one that was (flaw.W2)
 */
export function rateHandler({
  meter,
  sources,
}: {
  readonly meter: RateMeter;
  readonly sources: RateMeter;
}): ObligationHandler {
  return {
    kind: 'rate',
    order: HANDLER_ORDER.rate,
    check({ params }, interaction) {
      const duty = readDuty(params);
      if (duty === undefined) return 'GUARD_OBLIGATION_INVALID';
      return takenBy(interaction, duty.adds) === undefined ? 'GUARD_RATE_UNCOUNTED' : undefined;
    },
    async hold({ params, from }, interaction, decision: Decision) {
      const duty = readDuty(params);
      const units = duty && takenBy(interaction, duty.adds);
      if (duty === undefined || units === undefined)
        throw new TtpError('GUARD_OBLIGATION_INVALID', 'no rate that can be counted');
      const { rate } = duty;
      const one = isAuthenticated(decision) ? meter : sources;
      const key = keyOf(duty, from, interaction);
      const { granted, remaining, retryMs, mark } = await one.take(key, rate, units);
      if (!granted)
        throw new TtpError('GUARD_RATE_EXCEEDED', `${remaining} left, more in ${retryMs} ms`, {
          field: from,
        });
      return holdOnce({
        settle: () => Promise.resolve(),
        async release() {
          await one.giveBack(key, rate, units, mark);
        },
      });
    },
  };
}
