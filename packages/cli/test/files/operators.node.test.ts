import type { Json } from '@ttp/core';
import { multikey } from '@ttp/crypto';
import { testSigner } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { operatorKid, parseOperators } from '../../src/files/operators.js';

const entry = (n: number, more: object = {}): { [name: string]: Json } => {
  const { publicKey } = testSigner(n);
  return {
    id: `operator-${n}`,
    human: `human ${n}`,
    level: 2,
    privileges: ['review:senior'],
    publicKey: multikey(publicKey),
    kid: operatorKid(publicKey),
    ...more,
  };
};

describe('a roster of operators', () => {
  it('is read as it stands', () => {
    const [one, two] = parseOperators({ operators: [entry(1), entry(2, { level: 3, privileges: [] })] });
    expect(one).toMatchObject({ id: 'operator-1', level: 2, privileges: ['review:senior'] });
    expect(one?.publicKey).toEqual(testSigner(1).publicKey);
    expect(two).toMatchObject({ human: 'human 2', level: 3, privileges: [] });
  });

  const small = 'z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP'; // all zeros: a point of small order
  const CASES: readonly (readonly [string, Json, string])[] = [
    ['a list', [], ''],
    ['no operators', {}, 'operators'],
    ['an empty list', { operators: [] }, 'operators'],
    ['an unknown member', { operators: [entry(1)], version: 1 }, 'version'],
    ['an unknown member of an operator', { operators: [entry(1, { admin: true })] }, 'operators[0].admin'],
    ['no id', { operators: [entry(1, { id: '' })] }, 'operators[0].id'],
    ['no human', { operators: [entry(1, { human: null })] }, 'operators[0].human'],
    ['a level beyond 3', { operators: [entry(1, { level: 4 })] }, 'operators[0].level'],
    ['a level as text', { operators: [entry(1, { level: '1' })] }, 'operators[0].level'],
    [
      'an unknown privilege',
      { operators: [entry(1, { privileges: ['root'] })] },
      'operators[0].privileges[0]',
    ],
    [
      'privileges that are a text',
      { operators: [entry(1, { privileges: 'kill:order' })] },
      'operators[0].privileges',
    ],
    ['a key that is none', { operators: [entry(1, { publicKey: 'z6Mk' })] }, 'operators[0].publicKey'],
    ['a key of small order', { operators: [entry(1, { publicKey: small })] }, 'operators[0].publicKey'],
    [
      'the key id of another key',
      { operators: [entry(1, { kid: entry(2)['kid'] ?? '' })] },
      'operators[0].kid',
    ],
    ['two of one id', { operators: [entry(1), entry(2, { id: 'operator-1' })] }, 'operators[1].id'],
    ['two of one key', { operators: [entry(1), entry(1, { id: 'twin' })] }, 'operators[1].kid'],
  ];

  it.each(CASES)('%s is refused with its field', (_, json, field) => {
    expect(() => parseOperators(json)).toThrow(
      expect.objectContaining({ code: 'CLI_OPERATORS_FILE', field }),
    );
  });
});
