import { asDid, isTtpError } from '@ttp/core';
import {
  analyseGaming,
  bondScore,
  isnadScore,
  judgeRatings,
  NO_BEHAVIOR,
  type ServiceFacts,
  serviceTrust,
  toolTrust,
  trustReport,
} from '@ttp/score';
import { codeThrownBy, type SeededRandom, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { breakOne, facts, randomFacts } from './facts.js';

const DAY = 86_400_000;
/** Runs of each score: a tenth in a browser, more in a soak. */
const RUNS = Math.ceil(
  300 * (typeof globalThis.process === 'undefined' ? 0.1 : Number(globalThis.process.env['TTP_SOAK'] ?? '1')),
);

/** What no caller with types hands in, and a caller without them does. */
const JUNK = [
  null,
  undefined,
  -1,
  0.5,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  1e300,
  '5',
  '',
  '__proto__',
  'toString',
  [],
  ['medium'],
  ['activated'],
  [[]],
  {},
  { length: 3 },
  true,
  1n,
  Symbol('junk'),
  () => 1,
] as const;

const tally = (random: SeededRandom) => {
  const total = random.int(1000);
  return { good: random.int(total + 1), total };
};

const INDICATORS = [
  'success',
  'uptime',
  'endpointHealth',
  'policyCompliance',
  'dlpClean',
  'authenticated',
  'handled',
  'inTime',
  'untripped',
] as const;

/** Each score: facts at random, and the numbers that come out of them. */
const SCORES: readonly {
  readonly name: string;
  readonly make: (random: SeededRandom) => object;
  readonly run: (given: never) => object;
  /** The prefix of its codes, or those of what it is built on. */
  readonly codes: RegExp;
}[] = [
  { name: 'trust', make: randomFacts, run: trustReport, codes: /^SCORE_/ },
  {
    name: 'tool',
    make: (random) => ({
      executions: Array.from({ length: random.int(5) }, () => ({
        successful: random.chance(0.5),
        compliant: random.chance(0.5),
        latencyMs: random.int(9000),
        usage: { cpu: random.int(20_000), memory: random.int(20_000), network: random.int(20_000) },
      })),
      slaMs: 1 + random.int(9000),
    }),
    run: ({ executions, slaMs }: { executions: never; slaMs: never }) => toolTrust(executions, slaMs),
    codes: /^SCORE_BAD_EXECUTION$/,
  },
  {
    name: 'service',
    make: (random) => ({
      ...Object.fromEntries(INDICATORS.map((name) => [name, tally(random)])),
      latency: {
        averageMs: random.int(900),
        p95Ms: random.int(900),
        p99Ms: random.int(900),
        slaMs: 1 + random.int(900),
      },
    }),
    run: (given: ServiceFacts) => serviceTrust(given),
    codes: /^SCORE_BAD_SERVICE$/,
  },
  {
    name: 'isnad',
    make: (random) => ({
      facts: {
        entries: Array.from({ length: random.int(6) }, () => ({
          partner: asDid(`did:ttp:agent:p${random.int(3)}`),
          at: random.int(900) * DAY,
          standing: random.pick(['confirmed', 'disputed', 'upheld'] as const),
          amountCents: random.int(300),
        })),
        since: random.int(900) * DAY,
      },
      now: random.int(2000) * DAY,
    }),
    run: ({ facts: given, now }: { facts: never; now: never }) => isnadScore(given, now),
    codes: /^SCORE_BAD_ENTRY$/,
  },
  {
    name: 'bond',
    make: (random) => ({
      events: Array.from({ length: random.int(6) }, () => ({
        type: random.pick(['activated', 'suspended', 'violation-major'] as const),
        at: random.int(900) * DAY,
      })),
      now: random.int(2000) * DAY,
    }),
    run: ({ events, now }: { events: never; now: never }) => bondScore(events, now),
    codes: /^SCORE_BAD_BOND_EVENT$/,
  },
  {
    name: 'gaming',
    make: (random) => ({
      ratings: Array.from({ length: 1 + random.int(8) }, () => ({
        issuer: asDid(`did:ttp:agent:a${random.int(4)}`),
        subject: asDid(`did:ttp:agent:a${random.int(4)}`),
        rating: 1 + random.int(5),
        at: random.int(900) * DAY,
      })),
    }),
    run: ({ ratings }: { ratings: never }) => {
      const { findings, verdicts } = analyseGaming({ ratings, createdAt: new Map() });
      const { flow = new Map() } = judgeRatings({ ratings, createdAt: new Map() }, [
        asDid('did:ttp:agent:a0'),
      ]);
      return {
        findings: findings.length,
        bp: [...verdicts.values()].map(({ multiplierBp }) => multiplierBp),
        flow: [...flow.values()],
      };
    },
    codes: /^SCORE_BAD_RATING$/,
  },
];

/** Every number in a result, however deep. */
const numbersIn = (value: unknown): readonly number[] =>
  typeof value === 'number'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap((member) => numbersIn(member))
      : [];

describe('every score, whatever it is handed', () => {
  for (const { name, make, run, codes } of SCORES)
    it(`${name}: a whole number in range, or a code of its own`, () =>
      withSeed(`totality ${name}`, RUNS, (random) => {
        const given = make(random);
        const sound = numbersIn(run(given as never));
        expect(sound.every((n) => Number.isSafeInteger(n))).toBe(true);
        for (let i = 0; i < 4; i++) {
          const broken = breakOne(given, random.pick(JUNK), random.int(1000));
          try {
            expect(numbersIn(run(broken as never)).every((n) => Number.isSafeInteger(n))).toBe(true);
          } catch (error) {
            if (!isTtpError(error)) throw error;
            expect(error.code).toMatch(codes);
          }
        }
      }));

  it('nothing at all is no facts either', () => {
    for (const nothing of [null, undefined, 7] as never[]) {
      expect(codeThrownBy(() => trustReport(nothing))).toBe('SCORE_BAD_GATE');
      expect(codeThrownBy(() => toolTrust(nothing))).toBe('SCORE_BAD_EXECUTION');
      expect(codeThrownBy(() => serviceTrust(nothing))).toBe('SCORE_BAD_SERVICE');
      expect(codeThrownBy(() => isnadScore(nothing, 0))).toBe('SCORE_BAD_ENTRY');
      expect(codeThrownBy(() => bondScore(nothing, 0))).toBe('SCORE_BAD_BOND_EVENT');
      expect(codeThrownBy(() => analyseGaming(nothing))).toBe('SCORE_BAD_RATING');
    }
  });

  it('takes no list for the word in it', () => {
    const listed = facts({ securityEvents: [['medium']] as never });
    expect(codeThrownBy(() => trustReport(listed))).toBe('SCORE_BAD_SECURITY_EVENT');
    expect(codeThrownBy(() => bondScore([{ type: ['activated'] as never, at: 0 }], 0))).toBe(
      'SCORE_BAD_BOND_EVENT',
    );
    const behavior = { ...NO_BEHAVIOR, uptime: [1, 2] as never };
    expect(codeThrownBy(() => trustReport(facts({ behavior })))).toBe('SCORE_BAD_BEHAVIOR');
  });
});
