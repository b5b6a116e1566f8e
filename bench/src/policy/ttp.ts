import type { JsonObject } from '@ttp/core';
import { evaluate, loadPolicy, type PolicyRequest } from '@ttp/spl';
import type { LoadEngine } from './engine.ts';
import type { PlainCondition, PlainRequest, PlainRule } from './rules.ts';

const NAMES = {
  amount: 'request.amount',
  trust: 'trustScore',
  rate: 'request.rate',
  region: 'request.region',
  role: 'agent.role',
} as const;

const condition = ({ attribute, op, value }: PlainCondition): [string, JsonObject] => [
  NAMES[attribute],
  op === 'oneOf' ? { in: value } : { [op === 'atLeast' ? 'gte' : 'lte']: value },
];

/** The rules as a policy document. */
export const splDocument = (rules: readonly PlainRule[]): JsonObject => ({
  version: '1.0.0',
  rules: rules.map(({ id, effect, folder, actions, conditions }) => ({
    id,
    effect,
    resources: [`file:${folder}/**`],
    actions,
    conditions: Object.fromEntries(conditions.map(condition)),
  })),
  defaultEffect: 'deny',
});

/** The limit a host may set for its own policies (docs/LIMITS.md). */
export const MAX_BYTES = 1_048_576;

/** A request with its facts by source. */
const splRequest = (request: PlainRequest): PolicyRequest => ({
  resource: `file:${request.resource}`,
  action: request.action,
  now: 1_763_726_400_000,
  engine: { trustScore: request.trust, 'request.rate': request.rate },
  resolver: { 'agent.role': request.role },
  registry: {},
  caller: { request: { amount: request.amount, region: request.region } },
});

export const loadTtp: LoadEngine = (rules) => {
  const policy = loadPolicy(JSON.stringify(splDocument(rules)), { maxBytes: MAX_BYTES });
  return Promise.resolve({
    name: 'ttp evaluate',
    does: 'normalises the resource, looks each attribute up in its own source, tells unknown from false; answers effect, rules, obligations and reasons',
    prepare: (request) => {
      const ask = splRequest(request);
      return () => (evaluate(policy, ask).effect === 'allow' ? 'allow' : 'deny');
    },
  });
};
