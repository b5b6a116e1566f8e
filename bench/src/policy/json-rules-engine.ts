import { Engine, type TopLevelCondition } from 'json-rules-engine';
import type { LoadEngine } from './engine.ts';
import type { PlainRule } from './rules.ts';

const OPERATORS = { atLeast: 'greaterThanInclusive', atMost: 'lessThanInclusive', oneOf: 'in' } as const;

const conditionsOf = ({ folder, actions, conditions }: PlainRule): TopLevelCondition => ({
  all: [
    { fact: 'resource', operator: 'below', value: `${folder}/` },
    { fact: 'action', operator: 'in', value: actions },
    ...conditions.map(({ attribute, op, value }) => ({ fact: attribute, operator: OPERATORS[op], value })),
  ],
});

export const loadJsonRulesEngine: LoadEngine = (rules) => {
  const engine = new Engine();
  engine.addOperator('below', (resource: string, folder: string) => resource.startsWith(folder));
  for (const rule of rules)
    engine.addRule({ name: rule.id, conditions: conditionsOf(rule), event: { type: rule.effect } });
  return Promise.resolve({
    name: 'json-rules-engine',
    does: 'runs all rules in promises and emits an event for each that applies; a deny among them wins',
    async: true,
    prepare: (request) => {
      const facts = { ...request };
      return async () => {
        const { events } = await engine.run(facts);
        if (events.some(({ type }) => type === 'deny')) return 'deny';
        return events.length > 0 ? 'allow' : 'deny';
      };
    },
    ...(rules.length >= 1000 ? { most: 8 } : {}),
  });
};
