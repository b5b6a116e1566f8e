import { visible } from '@ttp/oversight';
import { evaluate, explainVerdict, loadPolicy } from '@ttp/spl';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { inFile, readBytes, readJson } from '../../files/files.js';
import { parsePolicyRequest } from '../../policy-request.js';
import type { Call } from '../../verb.js';

/** `ttp policy eval`: what a policy says to a request. */
export async function run({
  options: { request: requestFile },
  args: [file = ''],
  io,
}: Call<{ readonly request: string }>): Promise<Answer> {
  const bytes = await readBytes(file, { field: 'file' });
  const loaded = inFile(file, 'file', () => loadPolicy(bytes));
  const json = await readJson(requestFile, { field: 'request', io });
  const request = inFile(requestFile, 'request', () => parsePolicyRequest(json, io.clock.now()));
  const verdict = evaluate(loaded, request);
  const { effect, rules, obligations, reasons, dropped } = verdict;
  return {
    exit: effect === 'allow' || effect === 'warn' ? EXIT.ok : EXIT.no,
    json: {
      effect,
      rules,
      obligations: obligations.map((obligation) => ({ ...obligation })),
      reasons: reasons.map((reason) => ({ ...reason })),
      dropped: dropped.map((attribute) => ({ ...attribute })),
      policy: verdict.policy,
    },
    text: () => explainVerdict(verdict).split('\n').map(visible).join('\n'),
  };
}
