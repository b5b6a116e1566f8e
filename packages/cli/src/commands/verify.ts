import type { JsonObject } from '@ttp/core';
import { visible } from '@ttp/oversight';
import type { ReplayedDecision } from '@ttp/sdk';
import type { Answer } from '../answer.js';
import { counted } from '../counted.js';
import { EXIT } from '../exit-codes.js';
import { readBytes } from '../files/files.js';
import { BUNDLE_MAX_BYTES } from '../limits.js';
import { progressOn } from '../progress.js';
import type { Paint } from '../terminal.js';
import type { Call } from '../verb.js';
import { parseLogKey } from '../verify/log-keys.js';
import { type BundleReport, verifyBundle } from '../verify/verify-bundle.js';

/** `ttp verify`: whether an audit bundle is whole, authentic, and decided as it says. */
export async function run({
  options: { logKey },
  args: [path = ''],
  io,
}: Call<{ readonly logKey: readonly string[] }>): Promise<Answer> {
  const keys = logKey.map(parseLogKey);
  const said = progressOn(io);
  said.step('reading the bundle');
  const report = await readBytes(path, { field: 'bundle', io, maxBytes: BUNDLE_MAX_BYTES })
    .then((bundle) => {
      said.step(`verifying ${bundle.length} bytes`);
      return verifyBundle(bundle, keys, io.clock.now(), {
        timer: io.timer,
        onProgress: ({ lines, of = lines }) => said.step(`verified ${lines} of ${of} lines`),
      });
    })
    .finally(said.done);
  return {
    exit: report.valid ? EXIT.ok : EXIT.no,
    json: jsonOf(report),
    text: (paint) => linesOf(report, paint).join('\n'),
  };
}

const withResult = (
  replayed: readonly ReplayedDecision[],
  result: ReplayedDecision['result'],
): readonly ReplayedDecision[] => replayed.filter((decision) => decision.result === result);

function jsonOf({ valid, trusted, claims, trace, replayed, observed }: BundleReport): JsonObject {
  const { origin, at, head, entries, checks, findings } = trace;
  const differing = withResult(replayed, 'differs');
  return {
    valid,
    trusted,
    tamperEvident: trusted && trace.tamperEvident,
    claimedKey: claims.key ?? null,
    ...(origin === undefined ? {} : { origin }),
    ...(at === undefined ? {} : { at }),
    ...(head === undefined ? {} : { treeSize: `${head.size}` }),
    entries,
    checks: checks.map((check) => ({ ...check })),
    findings: findings.map((finding) => ({ ...finding })),
    observed,
    replay: {
      same: withResult(replayed, 'same').length,
      absent: withResult(replayed, 'absent').length,
      differs: differing.map(({ index, subject, code = null }) => ({ index: `${index}`, subject, code })),
    },
  };
}

function linesOf(report: BundleReport, paint: Paint): string[] {
  const { valid, trusted, claims, trace, replayed, observed } = report;
  const mark = (isGood: boolean): string => (isGood ? paint.good('ok    ') : paint.bad('FAILED'));
  const lines = [`${mark(trusted)}  trust      ${trustText(trusted, claims.key)}`];
  for (const { check, status } of trace.checks) {
    if (status === 'skipped') lines.push(`-       ${check}`);
    else lines.push(`${mark(status === 'passed')}  ${check}`);
    for (const finding of trace.findings.filter((one) => one.check === check))
      lines.push(`          line ${finding.line}: ${visible(finding.message)} [${finding.code}]`);
  }
  const differing = withResult(replayed, 'differs');
  if (trace.valid) {
    const [same, absent] = [withResult(replayed, 'same'), withResult(replayed, 'absent')];
    const counts = `${same.length} the same, ${absent.length} absent, ${differing.length} not the same`;
    lines.push(`${mark(differing.length === 0)}  replay     ${replayed.length} decisions: ${counts}`);
  } else lines.push('-       replay');
  for (const { index, subject, code = '' } of differing)
    lines.push(`          entry ${index}: ${visible(subject)} is decided otherwise [${code}]`);
  // Whole and authentic, and yet no evidence that anything was held to the policy.
  if (observed > 0)
    lines.push(
      `${paint.bad('NOTE  ')}  observed   ${counted(observed, 'call')} went on whatever was decided`,
    );
  const { origin = 'unknown', entries } = trace;
  lines.push(
    `${valid ? paint.good('valid') : paint.bad('NOT VALID')}: ${entries} entries of ${visible(origin)}`,
  );
  return lines;
}

function trustText(trusted: boolean, key: string | undefined): string {
  if (trusted) return `signed by ${key ?? 'a key'} that you trust`;
  const carried =
    key === undefined ? 'It carries no key.' : `It carries ${key}: compare, then pass --log-key.`;
  return `no key that you trust signed it. ${carried} [CLI_LOG_KEY_MISSING]`;
}
