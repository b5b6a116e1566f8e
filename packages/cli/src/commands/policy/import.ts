import { parseJson } from '@ttp/crypto';
import { visible } from '@ttp/oversight';
import { lintPolicy, loadPolicy } from '@ttp/spl';
import { importCedar } from '@ttp/spl/interop';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { inFile, readJson, requireAbsent, writeNew } from '../../files/files.js';
import type { Call } from '../../verb.js';

interface ImportOptions {
  readonly action: readonly string[];
  readonly out?: string;
}

/** `ttp policy import`: Cedar policies as an SPL policy, and what the linter says of it. */
export async function run({
  options: { action, out },
  args: [path = ''],
  io,
}: Call<ImportOptions>): Promise<Answer> {
  if (out !== undefined) await requireAbsent(out, 'out');
  const cedar = await readJson(path, { field: 'file', io });
  const policy = inFile(path, 'file', () =>
    importCedar(cedar, action.length === 0 ? {} : { actions: action }),
  );
  const text = `${JSON.stringify(policy, null, 2)}\n`;
  const findings = lintPolicy(loadPolicy(text)).map(({ code, rule, message }) => ({
    code,
    ...(rule === undefined ? {} : { rule }),
    message,
  }));
  if (out !== undefined) await writeNew(out, text, 'out');
  const advice = findings.map(({ code, rule, message }) => `${rule ?? 'policy'}: ${message} [${code}]`);
  return {
    exit: EXIT.ok,
    json: { ...(out === undefined ? { policy: parseJson(text) } : { out }), findings },
    text: () => [out === undefined ? text.trimEnd() : `policy  ${out}`, ...advice].map(lines).join('\n'),
  };
}

const lines = (text: string): string => text.split('\n').map(visible).join('\n');
