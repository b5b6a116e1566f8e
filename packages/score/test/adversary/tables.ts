import { patternsOf } from '../../src/gaming/analyse.js';
import { type Accounts, curves } from './roc.js';
import { attacksOn, crowds, play, type Result, stageOf } from './suite.js';

/** The tables of the suite, as Markdown. Deterministic: the same for everybody. */
export function tables(count: number): string {
  const stage = stageOf(count);
  const { world } = stage;
  const [rooted, byHeads] = [crowds(stage, true), crowds(stage, false)];
  return [
    `${count} honest accounts, ${thousands(world.ratings.length)} ratings in a year, ${world.roots.length} roots; the victim is the account of median reputation.`,
    '### What an attack costs and gains',
    table(
      [
        'attack',
        'identities',
        'honest edges',
        'deals',
        'days',
        'reputation before',
        'after',
        'gain',
        'patterns found',
      ],
      attacksOn(stage).map((attack) => row(play(stage, attack))),
    ),
    '### Who is suspected without cause',
    table(
      ['patterns are shares of', 'honest accounts', ...SUSPICIONS],
      [
        ['heard weight (with roots)', ...suspected(rooted[0])],
        ['heads (without roots)', ...suspected(byHeads[0])],
      ],
    ),
    '### Which crowds are found',
    table(
      ['crowd', 'accounts', 'a pattern', 'quarantine'],
      byHeads.map(({ kind, attackers }) => [
        kind,
        String(attackers.length),
        rate(attackers.filter((one) => patternsOf(one).length > 0).length, attackers.length),
        rate(attackers.filter((one) => patternsOf(one).length > 2).length, attackers.length),
      ]),
    ),
    '### What each detector tells apart',
    'At or above the threshold: attackers (hasty ones) / honest accounts. An asterisk marks the threshold that is in force.',
    ...roc(byHeads.slice(0, 3)),
  ].join('\n\n');
}

const SUSPICIONS = ['fewer than 5 issuers', 'another pattern', 'quarantine'];

function suspected(accounts: Accounts | undefined): readonly string[] {
  const honest = accounts?.honest ?? [];
  const count = (is: (flags: readonly string[], issuers: number) => boolean): string =>
    rate(
      honest.filter((one) =>
        is(
          patternsOf(one).map(({ pattern }) => pattern),
          one.voices,
        ),
      ).length,
      honest.length,
    );
  return [
    String(honest.length),
    count((_, issuers) => issuers < 5),
    count((flags, issuers) => flags.some((flag) => flag !== 'low-diversity' || issuers >= 5)),
    count((flags) => flags.length > 2),
  ];
}

function roc(kinds: readonly Accounts[]): readonly string[] {
  const all = { honest: kinds[0]?.honest ?? [], attackers: kinds.flatMap(({ attackers }) => attackers) };
  return [
    table(
      ['detector', 'area', 'thresholds'],
      curves(all).map(({ detector, points, area }) => [
        detector,
        area.toFixed(3),
        points
          .map(
            ({ threshold, truePositive, falsePositive }) =>
              `${threshold}: ${part(truePositive)} / ${part(falsePositive)}`,
          )
          .join('; '),
      ]),
    ),
  ];
}

function row({ attack, before, after, flags }: Result): readonly string[] {
  const { identities, honestEdges, deals, days } = attack.cost;
  return [
    attack.name,
    ...[identities, honestEdges, deals, days].map((n) => thousands(n)),
    points(before),
    points(after),
    `${after < before ? '-' : '+'}${points(Math.abs(after - before))}`,
    flags === '' ? '-' : flags,
  ];
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const points = (bp: number): string => (bp / 100).toFixed(2);
const part = (n: number): string => `${(100 * n).toFixed(1)} %`;
const rate = (n: number, of: number): string => part(of === 0 ? 0 : n / of);
const thousands = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ' ');
