import { fromUtf8 } from './bytes.js';
import { PAE_PREFIX } from './interop/pae.js';

/**
 * What is signed for a payload, if it is in the format of the standard: undefined, or an error, if it is not. No
 * payload is in two formats, and nothing that is signed begins with `TTP-v1` 0x00.
 */
export type ForeignFormat = (payload: Uint8Array) => Uint8Array | undefined;

/** The formats of a table, by their purpose. */
export type ForeignFormats = ReadonlyMap<string, ForeignFormat>;

/** The format of a standard that signs the payload as it is. */
export const asItIs =
  (isFormat: (payload: Uint8Array) => boolean): ForeignFormat =>
  (payload) =>
    isFormat(payload) ? payload : undefined;

/** The same for a format that is text. */
export const asText = (isFormat: (text: string) => boolean): ForeignFormat =>
  asItIs((payload) => isFormat(fromUtf8(payload)));

/**
 * The formats that TTP itself speaks: what verifies logs and HTTP messages needs no others. Those of credentials are
 * in interop/formats.ts.
 */
export const TEXT_FORMATS: ForeignFormats = /* @__PURE__ */ new Map<string, ForeignFormat>([
  ['signed-note', /* @__PURE__ */ asText(isNoteText)],
  ['http-signature', /* @__PURE__ */ asText(isSignatureBase)],
]);

/**
 * How the text of a note must not begin, since texts of another format do: what a witness signs (C2SP
 * tlog-cosignature), and what DSSE signs.
 */
const OTHERS: readonly string[] = ['cosignature/', PAE_PREFIX];

/** Control characters other than the newline, which a note must not hold. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/** The text of a C2SP signed note: UTF-8 without control characters but newlines, the last character a newline. */
function isNoteText(text: string): boolean {
  return text.endsWith('\n') && !CONTROL.test(text) && !OTHERS.some((prefix) => text.startsWith(prefix));
}

/** What a parameter may be worth: a string, a token or number, a byte sequence, or a truth value (RFC 9651 section 3.1.2). */
const BARE = String.raw`(?:"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"|-?[0-9.]+|[A-Za-z*][\w!#$%&'*+.^|~:/\x60-]*|:[A-Za-z0-9+/=]*:|\?[01])`;
const PARAMETERS = String.raw`(?:;[a-z*][a-z0-9_.*-]*(?:=${BARE})?)*`;
/** One covered component: its identifier, and its value (RFC 9421 2.5). No text matches in two ways: linear time. */
const COMPONENT = new RegExp(String.raw`^("[\x21\x23-\x5b\x5d-\x7e]+"${PARAMETERS}): [\x20-\x7e]*$`);
/** What follows the list of components in the last line. */
const SIGNATURE_PARAMETERS = new RegExp(`^${PARAMETERS}$`);

/**
 * The signature base of RFC 9421 2.5: a line for each component, none twice, and a last line that names those very
 * components in that order. No newline at the end.
 */
function isSignatureBase(text: string): boolean {
  const lines = text.split('\n');
  const last = lines.pop();
  if (last === undefined) return false;
  const identifiers = lines.map((line) => COMPONENT.exec(line)?.[1] ?? '');
  if (identifiers.some((identifier) => identifier === '' || identifier.startsWith('"@signature-params"')))
    return false;
  const list = `"@signature-params": (${identifiers.join(' ')})`;
  return (
    new Set(identifiers).size === identifiers.length &&
    last.startsWith(list) &&
    SIGNATURE_PARAMETERS.test(last.slice(list.length))
  );
}
