import { TtpError } from '@ttp/core';
import { fileSystem, repositoryRoot } from './repository.js';

/** What the loader adds to and demands of each case. */
export interface VectorCase {
  /** Unique within its area. */
  readonly name: string;
  /** The file it stands in, for messages. */
  readonly file: string;
}

/**
 * The cases of `conformance/vectors/<area>/*.json`, in order of file name. A file holds one case or a list of
 * them; a case has a `name`, its inputs, and either `expect` (what comes out) or `code` (what is thrown).
 *
 * @param area folder name such as `spl` or `spl/match`
 * @typeParam T the rest of a case; the caller vouches for it, since test data is the repository's own
 * @throws TESTKIT_NO_FILE for an area without cases, which would be a test of nothing; TESTKIT_BAD_VECTOR
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- names the case type once per call
export function vectors<T>(area: string): readonly (T & VectorCase)[] {
  const fs = fileSystem();
  const dir = new URL(`conformance/vectors/${area}/`, repositoryRoot());
  const names = fs.existsSync(dir) ? fs.readdirSync(dir).filter((name) => name.endsWith('.json')) : [];
  const cases = names
    .sort()
    .flatMap((name) => parseVectors(fs.readFileSync(new URL(name, dir), 'utf8'), name));
  if (!areCasesOf<T>(cases))
    throw new TtpError('TESTKIT_NO_FILE', `no vectors in conformance/vectors/${area}`);
  refuseTwins(cases);
  return cases;
}

/** Whether there are any; that they are those of the area, the caller vouches for. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- names the case type once per call
const areCasesOf = <T>(cases: readonly VectorCase[]): cases is readonly (T & VectorCase)[] =>
  cases.length > 0;

/** The cases in the text of one vector file. Throws TESTKIT_BAD_VECTOR. */
export function parseVectors(text: string, file: string): readonly VectorCase[] {
  const parsed = parseJson(text, file);
  return (Array.isArray(parsed) ? parsed : [parsed]).map((value: unknown, i) => {
    if (isCase(value)) return { ...value, file };
    const rule = 'a case has a name and exactly one of expect and code';
    throw new TtpError('TESTKIT_BAD_VECTOR', `${file}: ${rule}`, { field: `${file}[${i}]` });
  });
}

/** Refuses two cases of one name, in one file or two. Throws TESTKIT_BAD_VECTOR. */
export function refuseTwins(cases: readonly VectorCase[]): void {
  const seen = new Map<string, string>();
  for (const { name, file } of cases) {
    const twin = seen.get(name);
    const message = `${JSON.stringify(name)} stands in ${twin} and ${file}`;
    if (twin !== undefined) throw new TtpError('TESTKIT_BAD_VECTOR', message, { field: name });
    seen.set(name, file);
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TtpError('TESTKIT_BAD_VECTOR', `${file} is not JSON`, { field: file, cause });
  }
}

function isCase(value: unknown): value is { readonly name: string } {
  if (typeof value !== 'object' || value === null || !('name' in value)) return false;
  return typeof value.name === 'string' && value.name !== '' && 'expect' in value !== 'code' in value;
}
