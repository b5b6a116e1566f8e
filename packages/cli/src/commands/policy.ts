import { isTtpError, type JsonObject } from '@ttp/core';
import { visible } from '@ttp/oversight';
import { evaluate, explainVerdict, lintPolicy, loadPolicy } from '@ttp/spl';
import type { AddCommand, Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { inFile, readBytes, readJson } from '../files/files.js';
import type { Io } from '../io.js';
import { parsePolicyRequest } from '../policy-request.js';

/** `ttp policy`: what a policy says, and what is wrong with it. */
export const policy: AddCommand = (program, io, act) => {
  const parent = program.command('policy').description('Check and evaluate policies.');
  parent
    .command('lint')
    .description('Load a policy and report its defects.')
    .argument('<file>', 'the policy; - for standard input')
    .option('--json', 'answer with one JSON document')
    .addHelpText(
      'after',
      `
Exit code 1 where the policy does not load or the linter finds something.

Example:
  ttp policy lint policy.json`,
    )
    .action((file: string) => act(() => lint(file, io)));
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

/** A defect of a policy; `error`: it does not load. */
interface Finding extends JsonObject {
  readonly level: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
}

async function lint(file: string, io: Io): Promise<Answer> {
  const bytes = await readBytes(file, { field: 'file', io });
  const { findings, hash } = findingsOf(bytes);
  return {
    exit: findings.length === 0 ? EXIT.ok : EXIT.no,
    json: { file, ...(hash === undefined ? {} : { hash }), findings },
    text: (paint) =>
      findings.length === 0
        ? `${paint.good('ok')}  ${file} ${hash ?? ''}`
        : findings.map((finding) => paint.bad(finding.level).concat(`  ${describe(finding)}`)).join('\n'),
  };
}

function findingsOf(bytes: Uint8Array): { readonly findings: readonly Finding[]; readonly hash?: string } {
  try {
    const loaded = loadPolicy(bytes);
    const findings = lintPolicy(loaded).map((finding): Finding => ({ level: 'warning', ...finding }));
    return { findings, hash: loaded.hash };
  } catch (error) {
    // A policy that does not load is what was asked about: the answer, not a fault.
    if (!isTtpError(error)) throw error;
    return { findings: [{ level: 'error', ...error.toJSON() }] };
  }
}

function describe({ code, message, rule, field, suggestion }: Finding): string {
  const where =
    typeof rule === 'string'
      ? `rule ${rule}: `
      : typeof field === 'string' && field !== ''
        ? `${field}: `
        : '';
  const advice = typeof suggestion === 'string' ? ` (${suggestion})` : '';
  return visible(`${where}${message}${advice} [${code}]`);
}

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
