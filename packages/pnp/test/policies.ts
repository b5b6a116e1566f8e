import { CAPABILITIES, type JsonObject, STAGES } from '@ttp/core';
import { loadPolicy, type Policy, type PolicyRequest } from '@ttp/spl';
import type { SeededRandom } from '@ttp/testkit';

const SOME = CAPABILITIES.slice(4, 10);
const RESOURCES = ['api/**', 'api/a/*', 'api/b', 'db/**', 'db/c/**', '**'];
const ACTIONS = ['read', 'write', 'delete'];
const EFFECTS = ['allow', 'allow', 'allow', 'warn', 'allow_with_approval', 'deny'];
const ASKED = ['api/a/1', 'api/b', 'db/c/d', 'db/e', 'x'];
const STAGES_ASKED = STAGES.slice(1);

const sometimes = (random: SeededRandom, members: () => JsonObject): JsonObject =>
  random.chance(0.5) ? members() : {};
const some = (random: SeededRandom, list: readonly string[], below = 4): readonly string[] =>
  random.shuffle(list).slice(0, random.int(below));

/** Requirements with each field there half of the time. */
const drawRequirements = (random: SeededRandom, purposes = ['support']): JsonObject => ({
  ...sometimes(random, () => ({ minTrustScore: random.int(101) })),
  ...sometimes(random, () => ({ minTrustStage: random.pick(STAGES_ASKED) })),
  ...sometimes(random, () => ({ requiredCapabilities: some(random, SOME, 3) })),
  ...sometimes(random, () => ({ requireIdentityVerification: random.chance(0.5) })),
  ...sometimes(random, () => ({ purpose: random.pick(purposes) })),
  ...sometimes(random, () => ({ compliance: some(random, ['SOC2', 'HIPAA', 'PCI-DSS']) })),
});

/** Offers, likewise. */
const drawOffers = (random: SeededRandom): JsonObject => ({
  ...sometimes(random, () => ({ capabilities: some(random, SOME, 6) })),
  ...sometimes(random, () => ({
    rateLimit: { requests: 1 + random.int(200), windowMs: random.pick([1000, 2000, 60_000]) },
  })),
});

function drawRule(random: SeededRandom, i: number): JsonObject {
  const effect = random.pick(EFFECTS);
  return {
    id: `r${i}`,
    effect,
    resources: some(random, RESOURCES, 3).concat(random.pick(RESOURCES)),
    actions: some(random, ACTIONS, 3).concat(random.pick(ACTIONS)),
    ...sometimes(random, () => ({ conditions: { trustScore: { gte: random.int(90) } } })),
    ...sometimes(random, () =>
      effect === 'deny' ? {} : { outputTransformations: { redact: [random.pick(['ssn', 'name'])] } },
    ),
  };
}

/** The text of a policy of one to five rules. */
export function drawPolicyText(random: SeededRandom, purposes?: string[]): string {
  return JSON.stringify({
    version: '1.0.0',
    requirements: drawRequirements(random, purposes),
    offers: drawOffers(random),
    rules: Array.from({ length: 1 + random.int(5) }, (_, i) => drawRule(random, i)),
    ...(random.chance(0.3) ? { defaultEffect: 'allow' } : {}),
  });
}

/** A policy that permits whatever meets the requirements. */
export const ofRequirements = (requirements: object): Policy =>
  loadPolicy(
    JSON.stringify({
      version: '1.0.0',
      requirements,
      rules: [{ id: 'none', effect: 'deny', resources: ['none'] }],
      defaultEffect: 'allow',
    }),
  );

/** A request, with each fact there most of the time. */
export function drawRequest(random: SeededRandom): PolicyRequest {
  const mostly = (members: () => JsonObject): JsonObject => (random.chance(0.9) ? members() : {});
  return {
    resource: random.pick(ASKED),
    action: random.pick(ACTIONS),
    now: 1_700_000_000_000,
    engine: {
      ...mostly(() => ({ trustScore: random.int(101) })),
      ...mostly(() => ({ trustStage: random.pick(STAGES_ASKED) })),
      ...mostly(() => ({ capabilities: random.chance(0.5) ? [...SOME] : some(random, SOME, 7) })),
      ...mostly(() => ({ identityVerified: random.chance(0.8) })),
    },
    resolver: {},
    registry: {},
    caller: { ...mostly(() => ({ purpose: 'support' })) },
  };
}
