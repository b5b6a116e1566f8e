import type { Json, JsonObject } from '@ttp/core';
import { hashJson } from '@ttp/crypto';
import { proves, seededRandom, vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { evaluate, explain, explainVerdict, loadPolicy } from '../../src/index.js';
import { agree, bothVerdicts } from '../reference/compare.js';
import { randomPolicy } from '../reference/generate.js';
import { randomRequest } from '../reference/requests.js';

/** A thousand decisions, by the seed that their policies and requests follow from. */
interface Golden {
  readonly seed: string;
  readonly policies: number;
  readonly requests: number;
  readonly expect: {
    /** Of the policies and requests themselves, so that a change of the generator is no mystery. */
    readonly inputs: string;
    readonly verdicts: string;
    readonly explanations: string;
  };
}

/** A value as JSON has it: a time that is none becomes null, half a character U+FFFD. */
const plain = (value: unknown): Json =>
  JSON.parse(JSON.stringify(value), (_key, one: unknown) =>
    typeof one === 'string' ? one.toWellFormed() : one,
  );

it.each(vectors<Golden>('spl/golden'))(
  'decides $name as ever, on both engines and wherever it runs',
  ({ seed, policies, requests, expect: expected }) => {
    proves('law.P-1', 'spl.verdict.deterministic');
    const random = seededRandom(seed);
    const inputs: JsonObject[] = [];
    const verdicts: Json[] = [];
    const explanations: Json[] = [];
    for (let p = 0; p < policies; p++) {
      const json = randomPolicy(random);
      const policy = loadPolicy(json);
      for (let r = 0; r < requests; r++) {
        const request = randomRequest(random, json);
        const verdict = evaluate(policy, request);
        if (!agree(bothVerdicts(policy, { json, request })))
          expect.fail(JSON.stringify({ json, request, ...bothVerdicts(policy, { json, request }) }));
        inputs.push({ json, request: plain(request) });
        verdicts.push(plain(verdict));
        explanations.push(explainVerdict(verdict));
        if (r === 0) explanations.push(plain(explain(policy, request)));
      }
    }
    expect(verdicts).toHaveLength(1000);
    expect({
      inputs: hashJson(inputs),
      verdicts: hashJson(verdicts),
      explanations: hashJson(explanations),
    }).toEqual(expected);
  },
);
