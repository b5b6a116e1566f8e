import { join } from 'node:path';
import { systemClock, systemRandom } from '@ttp/adapters/system';
import { fromMultikey } from '@ttp/crypto';
import { createIdentity } from '@ttp/did';
import { type Entry, type TraceReport, verifyTrace } from '@ttp/etr-merkle/trace';
import { runAway, type Tally } from './agent.ts';
import { openGuarded } from './guarded.ts';

/** Everything that came of letting the agent loose. */
export interface Story {
  readonly tally: Tally;
  /** What stopped it, as the log has it, in order. */
  readonly stops: readonly Entry[];
  /** How a call of the agent ends after a restart. */
  readonly afterRestart: string;
  /** The whole log, verified offline with nothing but the key of the log. */
  readonly verified: TraceReport;
}

/** What stops somebody, or warns of it. */
const STOPS: readonly string[] = ['breaker-tripped', 'budget-alerted', 'finding-raised', 'agent-killed'];

/** Keeps what the log says of stopping: those entries, and the first call that was refused with each code. */
function watchStops(): { readonly stops: readonly Entry[]; readonly onEvent: (entry: Entry) => void } {
  const stops: Entry[] = [];
  const codes = new Set<unknown>();
  return {
    stops,
    onEvent(entry) {
      const { status, code } = entry.data;
      const isFirst = entry.type === 'interaction-settled' && status === 'blocked' && !codes.has(code);
      if (isFirst) codes.add(code);
      if (isFirst || STOPS.includes(entry.type)) stops.push(entry);
    },
  };
}

/**
 * Lets the agent run away, restarts it, and verifies the log.
 *
 * @param folder an empty one, where all of it happens
 */
export async function letLoose(folder: string): Promise<Story> {
  const path = join(folder, 'ttp.db');
  const identity = await createIdentity({
    type: 'agent',
    random: systemRandom,
    clock: systemClock,
  });
  const { stops, onEvent } = watchStops();
  const first = await openGuarded(path, { identity, fresh: true, onEvent });
  const tally = await runAway(first.ttp);
  await first.close();

  const again = await openGuarded(path, { identity });
  const call = { tool: 'fetch_page', input: { page: 'news/today' } };
  const outcome = await again.ttp.a2t(call, () => Promise.resolve('never'));
  const bundle = await again.ttp.exportBundle();
  const logKey = {
    origin: identity.did,
    kid: `${identity.did}#log-1`,
    publicKey: fromMultikey(again.ttp.logKey),
  };
  await again.close();
  return {
    tally,
    stops,
    afterRestart: outcome.status === 'done' ? 'done' : outcome.code,
    verified: verifyTrace(bundle, { logKeys: [logKey] }),
  };
}
