import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import type { LoadEngine } from './engine.ts';
import type { PlainCondition, PlainRule } from './rules.ts';

function text({ attribute, op, value }: PlainCondition): string {
  const name = `context.${attribute}`;
  if (op !== 'oneOf') return `${name} ${op === 'atLeast' ? '>=' : '<='} ${value}`;
  return `[${value.map((one) => JSON.stringify(one)).join(', ')}].contains(${name})`;
}

const policy = ({ effect, folder, actions, conditions }: PlainRule): string =>
  `${effect === 'allow' ? 'permit' : 'forbid'}(principal, action in [${actions
    .map((action) => `Action::${JSON.stringify(action)}`)
    .join(
      ', ',
    )}], resource) when { ${[`context.path like "${folder}/*"`, ...conditions.map(text)].join(' && ')} };`;

export const loadCedar: LoadEngine = (rules) => {
  const id = `bench-${rules.length}-${rules[0]?.folder ?? ''}`;
  const staticPolicies = Object.fromEntries(rules.map((rule) => [rule.id, policy(rule)]));
  const parsed = preparsePolicySet(id, { staticPolicies });
  if (parsed.type === 'failure') throw new Error(parsed.errors.map(({ message }) => message).join('; '));
  return Promise.resolve({
    name: 'cedar-wasm stateful',
    does: 'policies parsed before; request and context go to wasm as JSON each time; answers the decision and the policies that determined it',
    prepare: ({ action, resource, ...facts }) => {
      const call = {
        principal: { type: 'Agent', id: 'a' },
        action: { type: 'Action', id: action },
        resource: { type: 'File', id: resource },
        context: { ...facts, path: resource },
        preparsedPolicySetId: id,
        entities: [],
      };
      return () => {
        const answer = statefulIsAuthorized(call);
        if (answer.type === 'failure')
          throw new Error(answer.errors.map(({ message }) => message).join('; '));
        return answer.response.decision === 'allow' ? 'allow' : 'deny';
      };
    },
    ...(rules.length >= 1000 ? { most: 8 } : {}),
  });
};
