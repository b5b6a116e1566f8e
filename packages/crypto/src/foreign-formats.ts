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

/** One covered component: its quoted name, parameters, and value (RFC 9421 2.5). */
const COMPONENT = /^"[\x21\x23-\x5b\x5d-\x7e]+"(?:;[\x21-\x7e]+)*: [\x20-\x7e]*$/;
/** The last line: the components in parentheses, then the signature's parameters. */
const PARAMETERS = /^"@signature-params": \([\x20-\x7e]*\)(?:;[\x20-\x7e]+)*$/;

/** The signature base of RFC 9421 2.5: printable ASCII lines, the last one `@signature-params`, no newline at the end. */
function isSignatureBase(payload: Uint8Array): boolean {
  const lines = textOf(payload)?.split('\n');
  const last = lines?.pop();
  if (lines === undefined || last === undefined || !PARAMETERS.test(last)) return false;
  return lines.every((line) => COMPONENT.test(line) && !line.startsWith('"@signature-params"'));
}

function textOf(payload: Uint8Array): string | undefined {
  try {
    return fromUtf8(payload);
  } catch {
    return undefined; // not UTF-8: then it is in neither format, which is the answer asked for
  }
}
