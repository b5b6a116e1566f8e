import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Json } from '@ttp/core';
import { visible } from '@ttp/oversight';
import type { Answer } from '../answer.js';
import { foreignInstallation, type Installation, ownInstallation } from '../conformance/installation.js';
import { type Vector, vectorsOf } from '../conformance/vectors.js';
import { EXIT } from '../exit-codes.js';
import { inFile, readText, requireFile } from '../files/files.js';
import { HintedError } from '../hints.js';
import { progressOn } from '../progress.js';
import type { Call } from '../verb.js';

/** A case that was answered otherwise than published. */
interface Failed {
  readonly file: string;
  readonly name: string;
  readonly expected: string;
  readonly answered: string;
}

/** So many failures are listed; all are counted. */
const LISTED_MAX = 100;

/** `ttp conformance check`: the published vectors against an installation. */
export async function run({ args: [root = '', ...command], io }: Call): Promise<Answer> {
  const files = await filesBelow(root);
  const said = progressOn(io);
  const installation = command.length === 0 ? ownInstallation() : foreignInstallation(command, io);
  const failed: Failed[] = [];
  const without = new Map<string, number>();
  let cases = 0;
  try {
    for (const file of files) {
      said.step(file);
      const read = await vectorsIn(file, root);
      if (read.others > 0) {
        const area = areaOf(file, root);
        without.set(area, (without.get(area) ?? 0) + read.others);
      }
      cases += read.vectors.length;
      for (const vector of read.vectors) failed.push(...(await ask(vector, file, installation)));
    }
  } finally {
    said.done();
    installation.close();
  }
  if (cases === 0)
    throw new HintedError(
      'CLI_VECTORS',
      `there are no vectors of the protocol in ${root}`,
      'conformance/vectors of the repository',
      'vectors',
    );
  const passed = cases - failed.length;
  return {
    exit: failed.length === 0 ? EXIT.ok : EXIT.no,
    json: {
      cases,
      passed,
      withoutOperation: [...without].map(([area, count]) => ({ area, cases: count })),
      failed: failed.slice(0, LISTED_MAX).map((one) => ({ ...one })),
    },
    text: ({ good, bad }) =>
      [
        ...failed
          .slice(0, LISTED_MAX)
          .flatMap(({ file, name, expected, answered }) => [
            `${bad('FAILED')}  ${visible(`${file}: ${name}`)}`,
            `        expected ${visible(expected)}`,
            `        answered ${visible(answered)}`,
          ]),
        `${failed.length === 0 ? good('ok') : bad('NOT CONFORMING')}: ${passed} of ${cases} cases`,
        ...withoutText(without),
      ].join('\n'),
  };
}

/** What was not asked for, since the protocol has no operation for it: each package runs these cases in its own tests. */
function withoutText(without: ReadonlyMap<string, number>): readonly string[] {
  const total = [...without.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return [];
  const areas = [...without].map(([area, count]) => visible(`${area} ${count}`));
  return [`${total} cases of ${areas.length} areas have no operation of the protocol: ${areas.join(', ')}`];
}

async function ask(vector: Vector, file: string, installation: Installation): Promise<readonly Failed[]> {
  const { name, line, expected, accepts } = vector;
  const answered = await installation.ask(line);
  return accepts(answered) ? [] : [{ file, name, expected, answered: JSON.stringify(answered) }];
}

async function vectorsIn(file: string, root: string): ReturnType<typeof vectorsOf> {
  const text = await readText(file, { field: 'vectors' });
  // Vectors hold what strict JSON refuses, as text and as values: to see it refused.
  const json: Json = inFile(file, 'vectors', () => parsed(text));
  return vectorsOf(json, areaOf(file, root), (path) => readText(join(root, path), { field: 'vectors' }));
}

/** The folder of a file below the vectors: `spl/match`. */
const areaOf = (file: string, root: string): string => relative(root, dirname(file)).split(sep).join('/');

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    throw new HintedError('CLI_VECTORS', 'it is not JSON', 'a file of vectors: a list of cases', 'vectors');
  }
}

/** The file itself, or the JSON files below a folder, in order. */
async function filesBelow(root: string): Promise<readonly string[]> {
  await requireFile(root, 'vectors');
  if ((await stat(root)).isFile()) return [root];
  const names = await readdir(root, { recursive: true });
  return names
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => join(root, name));
}
