import { visible } from '@ttp/oversight';
import { type PolicyTestResult, testPolicy } from '@ttp/spl';
import type { Answer } from '../../answer.js';
import { counted } from '../../counted.js';
import { EXIT } from '../../exit-codes.js';
import { progressOn } from '../../progress.js';
import type { Paint } from '../../terminal.js';
import type { Call } from '../../verb.js';
import { plainJson } from './plain-json.js';
import { readTestFile, type TestFileOptions } from './test-files.js';

interface FileResult {
  readonly file: string;
  readonly policy: string;
  readonly tests: readonly PolicyTestResult[];
}

/** `ttp policy test`: whether policies say what their tests expect. */
export async function run({ options, args: files, io }: Call<TestFileOptions>): Promise<Answer> {
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

async function runFile(file: string, options: TestFileOptions): Promise<FileResult> {
  const { policy, callMap, tests } = await readTestFile(file, options);
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
