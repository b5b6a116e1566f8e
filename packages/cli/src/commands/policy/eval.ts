import { visible } from '@ttp/oversight';
import { evaluate, evaluateLayers, explainVerdict, isLayered, policiesOf } from '@ttp/spl';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { inFile, readJson } from '../../files/files.js';
import { parsePolicyRequest } from '../../policy-request.js';
import type { Call } from '../../verb.js';
import { readPolicies } from './layers.js';

/** `ttp policy eval`: what a policy says to a request, or several together. */
export async function run({
  options: { request: requestFile, layer },
  args: [file = ''],
  io,
}: Call<{ readonly request: string; readonly layer?: readonly string[] }>): Promise<Answer> {
  const loaded = await readPolicies(file, layer);
  const json = await readJson(requestFile, { field: 'request', io });
  const request = inFile(requestFile, 'request', () => parsePolicyRequest(json, io.clock.now()));
  const verdict = isLayered(loaded) ? evaluateLayers(loaded, request) : evaluate(loaded, request);
  const { effect, rules, obligations, reasons, dropped } = verdict;
  const layers = policiesOf(loaded).flatMap(({ layer: name, policy }) =>
    name === undefined ? [] : [{ layer: name, effect: evaluate(policy, request).effect }],
  );
  return {
    exit: effect === 'allow' || effect === 'warn' ? EXIT.ok : EXIT.no,
    json: {
      effect,
      rules,
      obligations: obligations.map((obligation) => ({ ...obligation })),
      reasons: reasons.map((reason) => ({ ...reason })),
      dropped: dropped.map((attribute) => ({ ...attribute })),
      policy: verdict.policy,
      ...(layers.length === 0 ? {} : { layers }),
    },
    text: () => explainVerdict(verdict).split('\n').map(visible).join('\n'),
  };
}
