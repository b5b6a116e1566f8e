import { isTtpError } from '@ttp/core';
import { visible } from '@ttp/oversight';
import { lintPolicy, loadPolicy } from '@ttp/spl';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { readBytes } from '../../files/files.js';
import type { Call } from '../../verb.js';
import { type Finding, sarifOf } from './sarif.js';

/** `ttp policy lint`: what is wrong with a policy. */
export async function run({
  options: { sarif = false },
  args: [file = ''],
  io,
}: Call<{ readonly sarif?: boolean }>): Promise<Answer> {
  const bytes = await readBytes(file, { field: 'file', io });
  const { findings, hash } = findingsOf(bytes);
  const exit = findings.length === 0 ? EXIT.ok : EXIT.no;
  if (sarif) {
    const log = sarifOf(file, findings);
    return { exit, json: log, text: () => JSON.stringify(log, undefined, 2) };
  }
  return {
    exit,
    json: { file, ...(hash === undefined ? {} : { hash }), findings },
    text: (paint) =>
      findings.length === 0
        ? `${paint.good('ok')}  ${visible(file)} ${hash ?? ''}`
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
