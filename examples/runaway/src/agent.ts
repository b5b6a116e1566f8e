import type { Outcome } from '@ttp/core';
import type { Ttp } from '@ttp/sdk';

/** How often the loop saw each end of its calls, in the order in which it first saw them. */
export type Tally = ReadonlyMap<string, number>;

const TOKENS = 500;

const end = (outcome: Outcome<unknown>): string => (outcome.status === 'done' ? 'done' : outcome.code);

/**
 * An agent with the fault that every team meets once: it takes no refusal for an answer. The page it wants is gone, so
 * it fetches it again; when it may not, it asks the model what to do, and again, and never ends by itself. Only that
 * nothing at all is done for it any more ends it.
 */
export async function runAway(ttp: Ttp): Promise<Tally> {
  const seen = new Map<string, number>();
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  for (;;) {
    const fetched = end(await fetchPage(ttp));
    count(`fetch_page ${fetched}`);
    if (fetched === 'GUARD_KILLED') return seen;
    if (fetched === 'GUARD_BREAKER_OPEN') count(`ask_model ${end(await askModel(ttp))}`);
  }
}

const fetchPage = (ttp: Ttp): Promise<Outcome<unknown>> =>
  ttp.a2t({ tool: 'fetch_page', input: { page: 'news/today' } }, async (permit) => {
    permit.enter();
    throw new Error('502 Bad Gateway');
  });

const askModel = (ttp: Ttp): Promise<Outcome<unknown>> =>
  ttp.a2t({ tool: 'ask_model', input: { model: 'small', maxTokens: TOKENS } }, async (permit) => {
    permit.enter();
    return { text: 'Try again.', tokens: TOKENS };
  });
