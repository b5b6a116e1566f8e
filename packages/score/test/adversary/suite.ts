import type { Did } from '@ttp/core';
import { seededRandom } from '@ttp/testkit';
import {
  type Attack,
  badMouthing,
  boughtAccount,
  bridge,
  extortion,
  framing,
  gullible,
  slowPoison,
  sybilRing,
  whitewash,
} from './attacks.js';
import { type Reading, read } from './pipeline.js';
import { account, honestPopulation, joined, type World } from './population.js';
import { type Accounts, measured } from './roc.js';

/** A world, how it reads without an attack, and an honest account of average reputation in it. */
export interface Stage {
  readonly world: World;
  readonly before: Reading;
  readonly victim: Did;
}

/** The stage of a number of honest accounts. */
export function stageOf(count: number): Stage {
  const world = honestPopulation('honest', count);
  const before = read(world);
  const ranked = world.honest
    .map((did) => ({ did, bp: before.reputationBp(did) }))
    .sort((a, b) => a.bp - b.bp || (a.did < b.did ? -1 : 1));
  return { world, before, victim: ranked[count >> 1]?.did ?? account('h0') };
}

/** What an attack changed. */
export interface Result {
  readonly attack: Attack;
  /** Reputation of the target before and after, basis points. */
  readonly before: number;
  readonly after: number;
  readonly flags: string;
}

/** Plays an attack. `roots` as `read` has them. */
export function play({ world, before }: Stage, attack: Attack, roots: readonly Did[] = world.roots): Result {
  const after = read(joined(world, attack), roots);
  const verdict = after.weights.gaming?.verdicts.get(attack.target);
  const known = roots === world.roots ? before : read(world, roots);
  return {
    attack,
    before: known.reputationBp(attack.target),
    after: after.reputationBp(attack.target),
    flags: verdict?.quarantined === true ? 'quarantine' : (verdict?.flags.join(', ') ?? ''),
  };
}

/** Honest accounts whom an attacker won over, the same ones each time. */
export const foolsOf = ({ world }: Stage, count: number): readonly Did[] =>
  gullible(seededRandom(`fools ${count}`), world, count);

/** The honest account that most trust reaches, but for the roots. */
function mostTrusted({ world, before }: Stage): Did {
  const units = (did: Did): number => (world.roots.includes(did) ? 0 : (before.weights.flow?.get(did) ?? 0));
  return world.honest.reduce((best, did) => (units(did) > units(best) ? did : best));
}

/** The attacks of the published table, in order. */
export function attacksOn(stage: Stage): readonly Attack[] {
  const { world, victim } = stage;
  const mobs = [
    [100, 0],
    [10_000, 0],
    [1000, 1],
    [1000, 5],
  ] as const;
  return [
    ...[100, 10_000].map((count) => sybilRing(count, 'hasty')),
    ...[100, 10_000].map((count) => sybilRing(count, 'patient')),
    ...[1, 2, 5, 10, 20].flatMap((edges) =>
      [0, 10, 1000].map((count) => bridge(foolsOf(stage, edges), count, 'patient')),
    ),
    bridge(foolsOf(stage, 5), 1000, 'hasty'),
    ...[0, 20, 1000].map((count) => boughtAccount(mostTrusted(stage), count)),
    whitewash(),
    ...[0, 5, 10, 20].map((cheated) => slowPoison(world, 40, cheated)),
    ...mobs.map(([count, edges]) => badMouthing(world, victim, count, edges)),
    ...mobs.map(([count, edges]) => framing(world, victim, count, edges)),
    ...[1, 2, 5].map((count) => extortion(world, victim, count)),
  ];
}

/** Worlds with each kind of crowd in them, and who of those rated is an attacker. */
export function crowds(stage: Stage, rooted: boolean): readonly (Accounts & { readonly kind: string })[] {
  const [few, many] = [foolsOf(stage, 2), foolsOf(stage, 10)];
  const kinds: readonly (readonly [string, Attack])[] = [
    ['hasty ring of 30', sybilRing(30, 'hasty')],
    ['hasty ring of 300', sybilRing(300, 'hasty')],
    ['hasty ring of 100 behind 10 edges', bridge(many, 100, 'hasty')],
    ['patient ring of 30', sybilRing(30, 'patient')],
    ['patient ring of 100 behind 2 edges', bridge(few, 100, 'patient')],
  ];
  return kinds.map(([kind, attack]) => ({
    kind,
    ...measured(joined(stage.world, attack), (did) => attack.createdAt.has(did), rooted),
  }));
}
