import { readFileSync } from 'node:fs';
import { sqlite } from '@ttp/adapters/sqlite';
import { isJsonObject } from '@ttp/core';
import type { Identity } from '@ttp/did';
import type { Entry } from '@ttp/etr-merkle/trace';
import { agentBudget, type Meter, parsePriceTable } from '@ttp/guard';
import { createTtp, type Ttp } from '@ttp/sdk';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

/** What a call of the model uses: at most what it asks for, in the end what its answer says. */
const meter: Meter = {
  estimate({ action, input }) {
    if (action !== 'create' || !isJsonObject(input)) return undefined;
    return { provider: 'example', model: 'small', most: { outputToken: Number(input['maxTokens']) } };
  },
  actual(_, outcome) {
    const answer = outcome.status === 'done' ? outcome.value : undefined;
    return typeof answer === 'object' && answer !== null && 'tokens' in answer
      ? { outputToken: Number(answer.tokens) }
      : undefined;
  },
};

/** 0.20 USD a month: twenty calls. */
const budget = agentBudget({
  prices: parsePriceTable(read('prices.json')),
  meter,
  limit: { currency: 'USD', micros: 200_000 },
});

/** An enforcement point on a file: breaker of its tools, budget and kill trigger. `close` closes the file, too. */
export async function openGuarded(
  path: string,
  options: { readonly identity: Identity; readonly fresh?: boolean; readonly onEvent?: (e: Entry) => void },
): Promise<{ readonly ttp: Ttp; close(): Promise<void> }> {
  const storage = sqlite(path);
  const ttp = await createTtp({
    ...options,
    storage,
    budget,
    policy: read('policy.json'),
    callMap: read('call-map.json'),
  });
  return {
    ttp,
    async close() {
      await ttp.close();
      await storage.close();
    },
  };
}
