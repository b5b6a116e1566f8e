import { asTraceId, type Did, type EvidenceSource, type Interaction, isJsonObject } from '@ttp/core';
import type { KillPropagation, KillSteps, KillSwitchOptions, Recovery } from '@ttp/guard';
import type { Oversight } from '@ttp/oversight';
import { SCORE_RECOVERED_BP } from './limits.js';
import type { UnderWay } from './under-way.js';

/** Something that has sessions of agents: `sessionBook` and `httpSessions` of @ttp/did. */
export interface EndsSessions {
  /** Ends the sessions of these agents, now, and returns how many there were. */
  end(includes: (agent: Did) => boolean): number;
}

/** What a kill reaches beyond the calls of this instance, and what a reinstatement asks. */
export interface KillOptions {
  /** Whose sessions end with a kill. */
  readonly sessions?: readonly EndsSessions[];
  /** The other enforcement points, from `createKillPropagation` of @ttp/guard; without, a kill is local to the storage. */
  readonly enforcementPoints?: KillPropagation;
  /**
   * What reinstatements ask besides people. Unless given, the score of this instance's own agent is what its own
   * evidence says now, and there are no rulings.
   */
  readonly recovery?: Recovery;
}

/** What a kill ends, once there is anything to end. */
export interface KillEnding {
  readonly options: Pick<KillSwitchOptions, 'steps' | 'propagation' | 'recovery'>;
  /** From here on, calls under way are counted and what waits for people is withdrawn. */
  start(live: Live): void;
}

interface Live {
  readonly underWay: UnderWay;
  readonly oversight: Oversight | undefined;
  /** What is found out about the agent, `trust` among it. */
  readonly sources: readonly EvidenceSource[];
}

/**
 * The sequence of a kill as this instance goes through it (ttp-protocol.txt L2758-L2763): the calls themselves are
 * aborted by their permits before any of it.
 *
 * @param agent whose instance this is
 * @param circuit opens the agent's breaker
 */
export function killEnding(
  { sessions = [], enforcementPoints, recovery }: KillOptions,
  agent: Did,
  { circuit }: KillSteps,
): KillEnding {
  let live: Live | undefined;
  const steps: KillSteps = {
    sessions: ({ includes }) => sessions.reduce((ended, one) => ended + one.end(includes), 0),
    async requests({ includes }) {
      if (live === undefined) return 0;
      const { underWay, oversight } = live;
      const calls = includes(agent) ? underWay.count() : 0;
      return calls + ((await oversight?.withdraw(includes)) ?? 0);
    },
    ...(circuit === undefined ? {} : { circuit }),
  };
  /** Whether the agent, which counts as alive in its own report, is above the threshold of the breaker. */
  async function scoreRecovered(target: Did | '*'): Promise<boolean> {
    const trust = live?.sources.find(({ name }) => name === 'trust');
    if (target !== agent || trust === undefined) return false;
    const { value } = await trust.gather(nothing(agent), new AbortController().signal);
    const total = isJsonObject(value) ? value['totalBp'] : undefined;
    return typeof total === 'number' && total >= SCORE_RECOVERED_BP;
  }
  return {
    options: {
      steps,
      recovery: recovery ?? { scoreRecovered },
      ...(enforcementPoints === undefined ? {} : { propagation: enforcementPoints }),
    },
    start(parts) {
      live = parts;
    },
  };
}

/** No call at all: what the sources say of an agent does not depend on one. */
const nothing = (agent: Did): Interaction => ({
  id: 'recovery',
  mode: 'a2t',
  trace: asTraceId('0'.repeat(31) + '1'),
  agent,
  target: '',
  action: '',
  resource: '',
  input: null,
  claims: {},
  at: 0,
});
