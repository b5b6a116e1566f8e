import { isTtpError } from '@ttp/core';
import { visible } from '@ttp/oversight';
import { type CallMap, lintPolicy, lintTraffic, loadCallMap, loadPolicy, type ObservedCalls } from '@ttp/spl';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { inFile, readBytes } from '../../files/files.js';
import type { Call } from '../../verb.js';
import { readObserved } from '../../verify/observed.js';
import { type Finding, sarifOf } from './sarif.js';

interface LintOptions {
  readonly sarif?: boolean;
  readonly bundle?: string;
  readonly callMap?: string;
  readonly logKey: readonly string[];
}

/** `ttp policy lint`: what is wrong with a policy, and with it in the traffic of a bundle. */
export async function run({ options, args: [file = ''], io }: Call<LintOptions>): Promise<Answer> {
  const { sarif = false, bundle, callMap: mapFile, logKey } = options;
  const bytes = await readBytes(file, { field: 'file', io });
  const observed = bundle === undefined ? undefined : await readObserved(bundle, logKey, io);
  const mapBytes = mapFile === undefined ? undefined : await readBytes(mapFile, { field: 'call-map' });
  const callMap = inFile(mapFile ?? 'the empty call map', 'call-map', () =>
    loadCallMap(mapBytes ?? { version: 1, tools: {} }),
  );
  const { findings, hash } = findingsOf(bytes, callMap, observed);
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

function findingsOf(
  bytes: Uint8Array,
  callMap: CallMap,
  observed: ObservedCalls | undefined,
): { readonly findings: readonly Finding[]; readonly hash?: string } {
  try {
    const loaded = loadPolicy(bytes);
    const traffic = observed === undefined ? [] : lintTraffic(loaded, callMap, observed);
    const findings = [...lintPolicy(loaded), ...traffic].map(
      (finding): Finding => ({ level: 'warning', ...finding }),
    );
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
