import { createReplayGuard } from '@ttp/crypto';
import type { SeededRandom } from '@ttp/testkit';
import { type Attack, begin, move, type World } from './adversary.js';
import type { Party, Scene, Suite } from './rig.js';

/** Moves of one schedule: twelve messages belong to three undisturbed sessions. */
const MOVES = 36;

/** Plays one schedule of three parallel sessions between three parties, against an attacker that is the network. */
export async function play(random: SeededRandom, parties: readonly Party[], suite: Suite): Promise<World> {
  const rememberers = parties.map((party) => ({ ...party, replay: createReplayGuard({ bootAt: 0 }) }));
  const scene: Scene = { suite, parties: rememberers, now: 0 };
  // In one schedule of three nobody's key is known; else the attacker is one of the parties, or has stolen from one.
  const known = random.chance(0.35) ? [] : [random.pick(rememberers)];
  const world: World = {
    scene,
    random,
    known,
    runs: [],
    made: new Set(),
    attacks: new Map<Attack, number>(),
    inFlight: [],
    seen: [],
    own: [],
    answers: [],
    fresh: 0,
  };
  for (let i = 0; i < 3; i++) {
    const [a, b] = random.shuffle(rememberers);
    if (a !== undefined && b !== undefined) await begin(world, a, b);
  }
  for (let i = 0; i < MOVES; i++) await move(world);
  return world;
}
