import { isTtpError, type JsonObject } from '@ttp/core';
import { visible } from '@ttp/oversight';
import { lintPolicy, loadPolicy } from '@ttp/spl';
import type { AddCommand, Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { readBytes } from '../../files/files.js';
import type { Io } from '../../io.js';

/** `ttp policy lint`: what is wrong with a policy. */
export const lint: AddCommand = (parent, io, act) => {
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
    .action((file: string) => act(() => lintFile(file, io)));
};

/** A defect of a policy; `error`: it does not load. */
interface Finding extends JsonObject {
  readonly level: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
}

async function lintFile(file: string, io: Io): Promise<Answer> {
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
