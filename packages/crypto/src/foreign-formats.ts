import { fromUtf8 } from './bytes.js';

/** Whether a payload is in the format of the standard. No payload is in two formats, or begins with `TTP-v1` 0x00. */
export type FormatCheck = (payload: Uint8Array) => boolean;

/**
 * The formats that can be checked. A foreign purpose without an entry cannot be signed or verified: a key must never
 * sign bytes that nobody looked at (flaw.H2).
 */
export const FOREIGN_FORMATS: ReadonlyMap<string, FormatCheck> = new Map<string, FormatCheck>([
  ['signed-note', isNoteText],
  ['http-signature', isSignatureBase],
]);

/** The first line of what a witness signs (C2SP tlog-cosignature): a log key must not sign it as a note. */
const COSIGNATURE = 'cosignature/';

/** Control characters other than the newline, which a note must not hold. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/** The text of a C2SP signed note: UTF-8 without control characters but newlines, the last character a newline. */
function isNoteText(payload: Uint8Array): boolean {
  const text = textOf(payload);
  return text?.endsWith('\n') === true && !CONTROL.test(text) && !text.startsWith(COSIGNATURE);
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
function isSignatureBase(payload: Uint8Array): boolean {
  const lines = textOf(payload)?.split('\n');
  const last = lines?.pop();
  if (lines === undefined || last === undefined) return false;
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

function textOf(payload: Uint8Array): string | undefined {
  try {
    return fromUtf8(payload);
  } catch {
    return undefined; // not UTF-8: then it is in neither format, which is the answer asked for
  }
}
