import { newEnforcer, newModelFromString, StringAdapter } from 'casbin';
import type { LoadEngine } from './engine.ts';
import type { PlainCondition, PlainRule } from './rules.ts';

const MODEL = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub_rule, obj, acts, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = keyMatch(r.obj, p.obj) && regexMatch(r.act, p.acts) && eval(p.sub_rule)
`;

function text({ attribute, op, value }: PlainCondition): string {
  const name = `r.sub.${attribute}`;
  if (op !== 'oneOf') return `${name} ${op === 'atLeast' ? '>=' : '<='} ${value}`;
  return `(${value.map((one) => `${name} == '${one}'`).join(' || ')})`;
}

const line = ({ effect, folder, actions, conditions }: PlainRule): string =>
  `p, ${conditions.map(text).join(' && ')}, ${folder}/*, ^(${actions.join('|')})$, ${effect}`;

export const loadCasbin: LoadEngine = async (rules) => {
  const enforcer = await newEnforcer(
    newModelFromString(MODEL),
    new StringAdapter(rules.map(line).join('\n')),
  );
  return {
    name: 'casbin enforceSync',
    does: 'keyMatch on the path, eval of each rule through its cache of expressions; answers true or false',
    prepare: (request) => () =>
      enforcer.enforceSync(request, request.resource, request.action) ? 'allow' : 'deny',
    ...(rules.length >= 1000 ? { most: 8 } : {}),
  };
};
