import type { PolicyRequest } from '../../src/index.js';
import { get, type Owed, type ReferenceVerdict, reference } from './reference.js';

/* Layers as section 9 of docs/spec/spl.md reads: a part of the reference evaluator. */

const STRICTER = ['deny', 'allow_with_approval', 'warn', 'allow'];

const keyOf = ({ kind, params }: Owed): string =>
  kind === 'window' ? `${String(get(params, 'adds'))} ${String(get(params, 'windowMs'))}` : '';
const limit = ({ params }: Owed): number => Number(get(params, 'atMost') ?? Number.POSITIVE_INFINITY);

/** The verdict of policies that load, by the names of their layers. */
export function layered(layers: object, request: PolicyRequest): ReferenceVerdict {
  const all = Object.entries(layers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([layer, policy]) => ({ layer, verdict: reference(policy, request) }));
  const effect = STRICTER.find((one) => all.some(({ verdict }) => verdict.effect === one)) ?? 'deny';
  const deciding = all.filter(({ verdict }) => effect !== 'deny' || verdict.effect === 'deny');
  const owed = (effect === 'deny' ? [] : all).flatMap(({ layer, verdict }) =>
    verdict.obligations.map((one) => ({ ...one, from: `${layer}/${one.from}` })),
  );
  const lowest = [...new Set(owed.map(keyOf))].flatMap((key) => {
    const same = owed.filter((one) => key !== '' && keyOf(one) === key);
    return same.filter((one) => limit(one) === Math.min(...same.map(limit))).slice(0, 1);
  });
  return {
    effect,
    rules: deciding.flatMap(({ layer, verdict }) => verdict.rules.map((rule) => `${layer}/${rule}`)),
    obligations: [...owed.filter((one) => keyOf(one) === ''), ...lowest],
    reasons: all.flatMap(({ layer, verdict }) =>
      verdict.reasons.map((one) => one.replace(' ', ` ${layer}/`)),
    ),
  };
}
