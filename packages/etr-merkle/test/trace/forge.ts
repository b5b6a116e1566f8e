import { asDid, type Hash, type Json, type JsonObject, type Signer } from '@ttp/core';
import { canonicalize, encodeEnvelope, hashBytes, parseJson, signEnvelope, utf8 } from '@ttp/crypto';
import { logKey } from '../fixture.js';
import { NOW } from './fixture.js';

/** A JSON object that a forger may write to. */
export type Line = Record<string, Json>;

/** The lines of a bundle after the first, as objects. */
export const linesOf = (bundle: string): Line[] =>
  bundle
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => ({ ...objectOf(parseJson(line)) }));

/** The leaf of an entry line, as an object. */
export const leafOf = (line: Line | undefined): Line => ({ ...objectOf(parseJson(textOf(line, 'leaf'))) });

/** A member of a line that is a text. */
export function textOf(line: Line | undefined, member: string): string {
  const text = line?.[member];
  if (typeof text !== 'string') throw new TypeError(`no text ${member}`);
  return text;
}

/** The body of a bundle's first line. */
const manifestOf = (bundle: string): Line => ({
  ...objectOf(objectOf(parseJson(bundle.split('\n')[0] ?? ''))['body']),
});

/** The lines with the nth one changed, counted as in the bundle. */
export const changed = (lines: readonly Line[], n: number, members: Line): Line[] =>
  lines.map((line, i) => (i + 2 === n ? { ...line, ...members } : line));

/** The lines with a changed leaf in the nth line. */
export const withLeaf = (lines: readonly Line[], n: number, members: Line): Line[] =>
  changed(lines, n, { leaf: canonicalize({ ...leafOf(lines[n - 2]), ...members }) });

/**
 * A bundle of these lines, signed as a dishonest holder of the log key would sign it: nothing is wrong with it but
 * what it says.
 *
 * @param isWhole whether `manifest` is all of the first line, and not only what is different
 */
export async function resigned(
  bundle: string,
  lines: readonly (Line | string)[],
  manifest: Line = {},
  signer: Signer = logKey(),
  isWhole = false,
): Promise<string> {
  const texts = lines.map((line) => (typeof line === 'string' ? line : canonicalize(line)));
  const hashes: Hash[] = texts.map((text) => hashBytes(utf8(text)));
  const envelope = await signEnvelope({
    type: 'ttp/bundle@1',
    head: { iss: asDid(signer.kid.replace(/#.*/, '')), iat: NOW },
    body: isWhole ? { ...manifest, lines: hashes } : { ...manifestOf(bundle), lines: hashes, ...manifest },
    signers: [signer],
    maxBytes: Number.MAX_SAFE_INTEGER,
  });
  const first = encodeEnvelope(envelope, { maxBytes: Number.MAX_SAFE_INTEGER });
  return [first, ...texts].map((line) => `${line}\n`).join('');
}

function objectOf(json: Json | undefined): JsonObject {
  if (typeof json !== 'object' || json === null || isArray(json)) throw new TypeError('not an object');
  return json;
}

const isArray = (json: Json): json is readonly Json[] => Array.isArray(json);
