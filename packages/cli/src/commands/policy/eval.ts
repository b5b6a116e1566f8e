import { visible } from '@ttp/oversight';
import { evaluate, explainVerdict, loadPolicy } from '@ttp/spl';
import type { AddCommand, Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { inFile, readBytes, readJson } from '../../files/files.js';
import type { Io } from '../../io.js';
import { parsePolicyRequest } from '../../policy-request.js';

/** `ttp policy eval`: what a policy says to a request. */
export const evaluation: AddCommand = (parent, io, act) => {
  parent
    .command('eval')
    .description('Evaluate a request and explain the verdict.')
    .argument('<file>', 'the policy')
    .requiredOption('--request <file>', 'the request as JSON; - for standard input')
    .option('--json', 'answer with one JSON document')
    .addHelpText(
      'after',
      `
The request names resource and action, and attributes by who knows them:
  { "resource": "file:/srv/a.txt", "action": "read", "engine": { "trustScore": 60, "identityVerified": true },
    "resolver": {}, "registry": { "dataClassification": "internal" }, "caller": { "request": { "amount": 5 } },
    "now": 1700000000000 }
Exit code 0 for allow and warn, 1 for deny and for allow_with_approval: nobody has approved.

Example:
  ttp policy eval policy.json --request request.json`,
    )
    .action((file: string, { request }: { request: string }) => act(() => evaluateFile(file, request, io)));
};

async function evaluateFile(file: string, requestFile: string, io: Io): Promise<Answer> {
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
