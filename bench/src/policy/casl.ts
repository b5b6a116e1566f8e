import { AbilityBuilder, createMongoAbility, subject } from '@casl/ability';
import type { LoadEngine } from './engine.ts';
import type { PlainCondition } from './rules.ts';

const OPERATORS = { atLeast: '$gte', atMost: '$lte', oneOf: '$in' } as const;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export const loadCasl: LoadEngine = (rules) => {
  const { can, cannot, build } = new AbilityBuilder(createMongoAbility);
  // The last rule that applies wins, so the denials come last.
  const ordered = [...rules].sort((a, b) => Number(a.effect === 'deny') - Number(b.effect === 'deny'));
  for (const { effect, folder, actions, conditions } of ordered) {
    const given = Object.fromEntries(
      conditions.map(({ attribute, op, value }: PlainCondition) => [attribute, { [OPERATORS[op]]: value }]),
    );
    (effect === 'allow' ? can : cannot)([...actions], 'file', {
      resource: { $regex: new RegExp(`^${escaped(folder)}/`) },
      ...given,
    });
  }
  const ability = build();
  return Promise.resolve({
    name: '@casl/ability',
    does: 'can() with MongoDB conditions and a regular expression on the path, compiled once; answers true or false',
    prepare: (request) => {
      const asked = subject('file', { ...request });
      return () => (ability.can(request.action, asked) ? 'allow' : 'deny');
    },
  });
};
