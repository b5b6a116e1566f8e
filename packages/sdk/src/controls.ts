import {
  type Clock,
  type Did,
  type Evidence,
  type EvidenceSource,
  type Interaction,
  isJsonObject,
  type Json,
  type JsonObject,
  type Obligation,
  type ObligationHandler,
  type Outcome,
  type Profile,
  type Random,
  type Store,
  TtpError,
} from '@ttp/core';
import {
  type AgentBreaker,
  type BreakerChange,
  type KillEvent,
  type KillSteps,
  type KillSwitch,
  memoryRates,
  rateHandler,
  storeRates,
  toolBreakers,
} from '@ttp/guard';
import { neededCapabilities } from './capabilities.js';
import type { ControlOptions, RateLimits } from './control-options.js';
import type { Note } from './note.js';

/** What an enforcement point limits calls by: rates, and the breakers of tools and of the agent. */
export interface Controls {
  readonly handlers: readonly ObligationHandler[];
  /** What the trust stage of the agent, the capabilities that a call needs, and its tool limit it to. */
  readonly obligations: (interaction: Interaction, evidence: Evidence) => readonly Obligation[];
  /** The same profile: its effects are timed for the breakers, and the agent's breaker hears of its trust score. */
  watched<I extends Interaction, R>(profile: Profile<I, R>): Profile<I, R>;
  /** Hears what became of a call. Never throws. */
  ended(outcome: Outcome<unknown>): void;
}

/** What they work on. */
interface ControlPorts {
  readonly agent: Did;
  readonly store: Store;
  readonly clock: Clock;
  /** The wall clock behind its guard, for what is compared with stored times. */
  readonly steady: Clock;
  readonly random: Random;
  readonly note: Note;
  readonly breaker: AgentBreaker | undefined;
}

/** Opens them. */
export function openControls({ breakers, rates = {} }: ControlOptions, ports: ControlPorts): Controls {
  const { store, clock, steady, random, note, breaker } = ports;
  const tools = breakers ?? toolBreakers({ clock, random });
  tools.onChange(({ key, change }) => {
    // Nobody waits for it: what it says holds whether or not it can be written.
    note('breaker-tripped', key, changeOf(change), { component: 'guard' }).catch(() => undefined);
  });
  const { meter = storeRates({ store, clock: steady }) } = rates;
  return {
    handlers: [tools.handler(), rateHandler({ meter, sources: memoryRates({ clock }) })],
    obligations: ({ target }, { facts }) => [
      ...stageLimits(rates, facts['trust']?.value),
      ...limitsOf(rates.capabilities, 'capability', neededCapabilities(facts['resource']?.value)),
      ...limitsOf(rates.tools, 'peer', [target]),
    ],
    watched: (profile) => ({
      ...profile,
      evidence:
        breaker === undefined
          ? profile.evidence
          : profile.evidence.map((source) => (source.name === 'trust' ? scored(source, breaker) : source)),
      perform: (interaction, permit) =>
        tools.measure(interaction, () => profile.perform(interaction, permit), profile.failed),
    }),
    ended: (outcome) => breaker?.ended(outcome),
  };
}

/** What is recorded of a breaker that opened, that lets somebody try, or that closed. */
function changeOf(change: BreakerChange['change']): JsonObject {
  if (change.do === 'opened') return { state: 'open', why: change.why };
  return { state: change.do === 'closed' ? 'closed' : 'half-open' };
}

/** A limit of the agent's own stage; what has no stage is limited by none, and is refused for that elsewhere. */
function stageLimits({ stages }: RateLimits, trust: Json | undefined): readonly Obligation[] {
  const stage = trust !== undefined && isJsonObject(trust) ? trust['stage'] : undefined;
  return limitsOf(stages, 'stage', [stage ?? null]);
}

function limitsOf(
  table: RateLimits['stages'] | RateLimits['capabilities'] | RateLimits['tools'] = {},
  per: 'stage' | 'capability' | 'peer',
  names: readonly Json[],
): readonly Obligation[] {
  const rates = new Map(Object.entries(table));
  return [...new Set(names)].flatMap((name) => {
    const rate = typeof name === 'string' ? rates.get(name) : undefined;
    return rate === undefined ? [] : [{ kind: 'rate', from: 'profile:a2t', params: { ...rate, per, name } }];
  });
}

/** An agent that proved nothing has no score that could fall. */
const scored = <I extends Interaction>(
  source: EvidenceSource<I>,
  breaker: AgentBreaker,
): EvidenceSource<I> => ({
  ...source,
  async gather(interaction, signal) {
    const fact = await source.gather(interaction, signal);
    const { value } = fact;
    if (isJsonObject(value) && value['stage'] !== 'unverified')
      breaker.observe({ type: 'score', score: scoreOf(value['totalBp']) });
    return fact;
  },
});

/** 0 to 100; a report without a total says nothing good. */
const scoreOf = (totalBp: Json | undefined): number =>
  typeof totalBp === 'number' ? Math.floor(totalBp / 100) : Number.NaN;

/** The breaker of the agent, from before the kill switch that it works on: a kill opens it, whoever made it. */
export interface AgentControl {
  readonly steps: KillSteps;
  told(event: KillEvent): void;
  start(kill: KillSwitch): AgentBreaker | undefined;
}

/**
 * @throws SDK_BAD_CONTROL for a breaker of another agent
 */
export function agentControl(
  { circuitBreaker }: ControlOptions,
  { agent, clock }: Pick<ControlPorts, 'agent' | 'clock'>,
): AgentControl {
  if (circuitBreaker !== undefined && circuitBreaker.agent !== agent)
    throw new TtpError('SDK_BAD_CONTROL', 'the breaker is of another agent', { field: 'circuitBreaker' });
  let running: { readonly breaker: AgentBreaker; readonly kill: KillSwitch } | undefined;
  return {
    steps: {
      circuit(stopped) {
        if (running === undefined || !stopped.includes(agent)) return 0;
        running.breaker.opened();
        return 1;
      },
    },
    told({ type }) {
      // Whoever was let go, an identity above it or everybody: it counts anew when the agent may act again.
      if (type === 'agent-reinstated' && running?.kill.isKilled(agent) === false) running.breaker.reset();
    },
    start(kill) {
      if (circuitBreaker === undefined) return undefined;
      const breaker = circuitBreaker.start({ clock, kill: (target, input) => kill.kill(target, input) });
      running = { breaker, kill };
      return breaker;
    },
  };
}
