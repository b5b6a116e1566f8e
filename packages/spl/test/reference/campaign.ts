import { withSeed } from '@ttp/testkit';
import { expect } from 'vitest';
import { agree, bothVerdicts, type Case, load } from './compare.js';
import { randomLayers, randomPolicy } from './generate.js';
import { randomRequest } from './requests.js';
import { printed, shrink } from './shrink.js';

/** Policies of one part of the campaign, and requests of each: its four parts make 100 000 pairs. */
const POLICIES = 1000;
const REQUESTS = 25;
/** `npm run soak` multiplies them; a browser compares a twentieth. */
const TIMES = 'document' in globalThis ? 0.05 : Number(globalThis.process.env['TTP_SOAK'] ?? '1');

/** How long a part may take, ms: twenty times what it takes on a machine that does nothing else. */
export const CAMPAIGN_TIMEOUT_MS = 100_000 * Math.max(1, TIMES);

/**
 * Compares the package with the reference evaluator over one part of the campaign.
 *
 * @param part names the part, and so its seeds
 */
export async function campaign(part: string): Promise<void> {
  const effects = new Map<string, number>();
  const policies = Math.ceil(POLICIES * TIMES);
  await withSeed(`spl differential ${part}`, policies, (random) => {
    const json = random.chance(0.2) ? randomLayers(random) : randomPolicy(random);
    const policy = load(json);
    for (let i = 0; i < REQUESTS; i++) {
      const request = randomRequest(random, json);
      const { production, reference } = bothVerdicts(policy, { json, request });
      if (!agree({ production, reference })) expect.fail(report({ json, request }));
      const { effect } = reference;
      effects.set(effect, (effects.get(effect) ?? 0) + 1);
    }
  });
  // A comparison in which nearly everything is denied would compare little.
  for (const effect of ['allow', 'warn', 'allow_with_approval'])
    expect(effects.get(effect) ?? 0).toBeGreaterThan((policies * REQUESTS) / 100);
}

/** The smallest policy and request about which the two still disagree. */
function report(found: Case): string {
  const least = shrink(found, (one) => {
    try {
      return !agree(bothVerdicts(load(one.json), one));
    } catch {
      return false; // what does not load shows nothing
    }
  });
  return `${printed(least)}\n${JSON.stringify(bothVerdicts(load(least.json), least))}`;
}
