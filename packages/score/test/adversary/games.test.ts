import { proves, type SeededRandom, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { type Attack, badMouthing, boughtAccount, bridge, framing, sybilRing } from './attacks.js';
import { foolsOf, play, stageOf } from './suite.js';

/** A tenth in a browser, a hundred times the games in a soak. */
const GAMES = Math.ceil(
  40 * (typeof globalThis.process === 'undefined' ? 0.1 : Number(globalThis.process.env['TTP_SOAK'] ?? '1')),
);

const stage = stageOf(150);
const { world, victim } = stage;

/** Some attack with some budget. */
function attackOf(random: SeededRandom): Attack {
  const count = random.pick([0, 1, 3, 10, 40, 150]);
  const edges = random.pick([0, 0, 1, 2, 4, 8]);
  const patience = random.pick(['hasty', 'patient'] as const);
  switch (random.int(5)) {
    case 0:
      return sybilRing(count + 1, patience);
    case 1:
      return badMouthing(world, victim, count + 1, edges);
    case 2:
      return framing(world, victim, count + 1, edges);
    case 3:
      return boughtAccount(random.pick(world.honest), count);
    default:
      return bridge(foolsOf(stage, edges), count, patience);
  }
}

/** Reputation of so many attestations of five by standard issuers, each of which lets as much again be said: basis points. */
const boundOf = (edges: number): number => (3500 * 2 * edges) / (5 + 2 * edges);

it('no attack gains more than its honest edges are worth and a point, whatever its identities', async () => {
  proves('law.S-4');
  await withSeed('games', GAMES, (random) => {
    const attack = attackOf(random);
    const { before, after } = play(stage, attack);
    const what = `${attack.name} ${JSON.stringify(attack.cost)}`;
    if (!attack.against) expect(after - before, what).toBeLessThan(boundOf(attack.cost.honestEdges) + 100);
    // Blame is heard as far as praise is, and swings from five to one instead of from nothing to five.
    else expect(Math.abs(after - before), what).toBeLessThan(2 * boundOf(attack.cost.honestEdges) + 100);
  });
}, 3_600_000);
