import { dirname, resolve } from 'node:path';
import { visible } from '@ttp/oversight';
import {
  loadCallMap,
  loadPolicy,
  POLICY_CEILING_BYTES,
  type PolicyTestResult,
  parsePolicyTests,
  testPolicy,
} from '@ttp/spl';
import type { Answer } from '../../answer.js';
import { counted } from '../../counted.js';
import { EXIT } from '../../exit-codes.js';
import { inFile, readBytes } from '../../files/files.js';
import { HintedError } from '../../hints.js';
import { progressOn } from '../../progress.js';
import type { Paint } from '../../terminal.js';
import type { Call } from '../../verb.js';
import { plainJson } from './plain-json.js';

interface TestOptions {
  readonly policy?: string;
  readonly callMap?: string;
}

interface FileResult {
  readonly file: string;
  readonly policy: string;
  readonly tests: readonly PolicyTestResult[];
}

/** `ttp policy test`: whether policies say what their tests expect. */
export async function run({ options, args: files, io }: Call<TestOptions>): Promise<Answer> {
  const progress = progressOn(io);
  const results: FileResult[] = [];
  try {
    for (const [i, file] of files.entries()) {
      progress.step(`${i + 1} of ${files.length}: ${visible(file)}`);
      results.push(await runFile(file, options));
    }
  } finally {
    progress.done();
  }
  const all = results.flatMap(({ tests }) => tests);
  const failed = all.filter(({ passed }) => !passed).length;
  const summary = { files: files.length, tests: all.length, passed: all.length - failed, failed };
  return {
    exit: failed === 0 ? EXIT.ok : EXIT.no,
    json: plainJson({ summary, files: results }),
    text: (paint) =>
      [
        ...results.flatMap((result) => describe(result, paint)),
        `${failed === 0 ? paint.good('ok') : paint.bad('failed')}  ${summary.passed} of ${summary.tests} tests in ${counted(summary.files, 'file')}`,
      ].join('\n'),
  };
}

/** Names in the file are seen from its folder, those of the command line from where it was typed. */
async function runFile(file: string, options: TestOptions): Promise<FileResult> {
  const bytes = await readBytes(file, { field: 'files' });
  const { policy: named, callMap: mapped, tests } = inFile(file, 'files', () => parsePolicyTests(bytes));
  const beside = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : resolve(dirname(file), name);
  const policyFile = options.policy ?? beside(named);
  const mapFile = options.callMap ?? beside(mapped);
  if (policyFile === undefined)
    throw new HintedError(
      'CLI_USAGE',
      `${file} names no policy`,
      '"policy": "policy.json" in the file, or --policy',
      'policy',
    );
  const policyBytes = await readBytes(policyFile, { field: 'policy' });
  const policy = inFile(policyFile, 'policy', () =>
    loadPolicy(policyBytes, { maxBytes: POLICY_CEILING_BYTES }),
  );
  if (mapFile === undefined) return { file, policy: policy.hash, tests: testPolicy(policy, tests) };
  const mapBytes = await readBytes(mapFile, { field: 'call-map' });
  const callMap = inFile(mapFile, 'call-map', () => loadCallMap(mapBytes));
  return { file, policy: policy.hash, tests: testPolicy(policy, tests, callMap) };
}

function describe({ file, tests }: FileResult, paint: Paint): readonly string[] {
  const failed = tests.filter(({ passed }) => !passed);
  const head = failed.length === 0 ? paint.good('ok') : paint.bad('failed');
  return [
    `${head}  ${visible(file)}: ${tests.length - failed.length} of ${tests.length}`,
    ...failed.flatMap(({ name, expected, actual, differs }) => [
      `  ${visible(name)}`,
      ...differs.map((what) => `    ${what}: expected ${said(expected[what])}, got ${said(actual[what])}`),
      ...(actual.code === undefined ? [] : [`    the call map refuses the call [${actual.code}]`]),
    ]),
  ];
}

const said = (value: string | readonly string[] | undefined): string =>
  typeof value === 'string'
    ? value
    : visible(value === undefined || value.length === 0 ? 'none' : value.join(', '));
