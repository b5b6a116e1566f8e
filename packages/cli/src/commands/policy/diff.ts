import type { JsonObject } from '@ttp/core';
import { visible } from '@ttp/oversight';
import { DIFF_CODES, diffPolicies, type PolicyDiff, type PolicyFlip, type PolicyRequest } from '@ttp/spl';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { table } from '../../table.js';
import type { Paint } from '../../terminal.js';
import type { Call } from '../../verb.js';
import { readPolicies } from './layers.js';
import { plainJson } from './plain-json.js';

/** `ttp policy diff`: what a change of a policy changes, in requests; with layers, what is left of it below them. */
export async function run({
  options: { layer },
  args: [before = '', after = ''],
  io,
}: Call<{ readonly layer?: readonly string[] }>): Promise<Answer> {
  const diff = diffPolicies(
    await readPolicies(before, layer, 'before', io),
    await readPolicies(after, layer, 'after', io),
  );
  return {
    exit: diff.flips.length === 0 ? EXIT.ok : EXIT.no,
    json: plainJson(diff),
    text: (paint) => describe(diff, paint),
  };
}

function describe({ flips, tried, untried }: PolicyDiff, paint: Paint): string {
  const lines: string[] = [];
  if (flips.length > 0) {
    const head = ['change', 'before', 'after', 'action', 'resource', 'with', 'times'];
    lines.push(table(head, flips.map(rowOf), paint.width), '');
  }
  const verdict = flips.length === 0 ? paint.good('same') : paint.bad('differs');
  lines.push(`${verdict}  ${flips.length} kinds of change in ${tried} requests that both were asked`);
  const missing = new Map<keyof typeof DIFF_CODES, number>();
  for (const { code } of untried) missing.set(code, (missing.get(code) ?? 0) + 1);
  for (const [code, count] of missing)
    lines.push(`not tried  ${DIFF_CODES[code]}${count > 1 ? ` (${count} times)` : ''} [${code}]`);
  return lines.join('\n');
}

const rowOf = ({ change, before, after, request, count }: PolicyFlip): readonly string[] => [
  change,
  sideOf(before),
  sideOf(after),
  visible(request.action),
  visible(request.resource),
  visible(factsOf(request)),
  String(count),
];

const sideOf = ({ effect, rules }: PolicyFlip['before']): string =>
  visible(rules.length === 0 ? effect : `${effect} (${rules.join(', ')})`);

/** The facts of a request, and its time where that is not the usual noon. */
function factsOf({ engine, resolver, registry, caller }: PolicyRequest): string {
  const facts: JsonObject = { ...engine, ...resolver, ...registry, ...caller };
  const list = Object.entries(facts).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return list.length === 0 ? 'nothing else' : list.join(', ');
}
