import { asDid, type Did, isDid, isJsonObject, isTtpError, TtpError } from '@ttp/core';
import { decodeEnvelope, fromMultikey, multikey, parseJson } from '@ttp/crypto';
import { parseNoteKey } from '@ttp/etr-merkle';
import type { TrustedLog } from '@ttp/etr-merkle/trace';

/** A log key that the caller trusts. */
export interface LogKeyArgument {
  readonly publicKey: Uint8Array;
  /** The enforcement point whose logs alone it is trusted with; any, where it is left out. */
  readonly origin?: Did;
}

/** `z6Mk...`, or `did:ttp:...=z6Mk...`. Throws CLI_LOG_KEY. */
export function parseLogKey(text: string): LogKeyArgument {
  const equals = text.lastIndexOf('=');
  const did = text.slice(0, Math.max(equals, 0));
  try {
    const publicKey = fromMultikey(text.slice(equals + 1));
    return equals < 0 ? { publicKey } : { publicKey, origin: asDid(did) };
  } catch (cause) {
    throw new TtpError('CLI_LOG_KEY', `${text.slice(0, 80)}: z6Mk..., or <did>=z6Mk...`, {
      field: 'log-key',
      cause,
    });
  }
}

/** What a bundle says about itself before anything is verified: which log it is of, and by which key. */
export interface BundleClaims {
  readonly kid: string;
  /** The enforcement point. */
  readonly origin: Did;
  /** Multikey, for people to compare; undefined where the second line holds none. */
  readonly key: string | undefined;
}

/** Reads what the first two lines claim. Throws CLI_BUNDLE. */
export function claimsOf(bundle: Uint8Array): BundleClaims {
  const firstEnd = endOfLine(bundle, 0);
  const first = bundle.subarray(0, firstEnd);
  const second = bundle.subarray(firstEnd + 1, endOfLine(bundle, firstEnd + 1));
  try {
    const { body, sigs } = decodeEnvelope(first, { maxBytes: first.length });
    const { origin } = body;
    const base = typeof origin === 'string' ? origin.replace(/\/log\/\d+$/, '') : '';
    if (isDid(base)) return { kid: sigs[0]?.kid ?? '', origin: base, key: keyOf(second) };
  } catch (cause) {
    if (!isTtpError(cause)) throw cause;
    throw new TtpError('CLI_BUNDLE', `the first line: ${cause.message}`, { field: 'bundle', cause });
  }
  throw new TtpError('CLI_BUNDLE', 'the first line names no log', { field: 'bundle' });
}

function endOfLine(bundle: Uint8Array, from: number): number {
  const at = bundle.indexOf(0x0a, from);
  return at < 0 ? bundle.length : at;
}

function keyOf(line: Uint8Array): string | undefined {
  try {
    const json = parseJson(line);
    const key = isJsonObject(json) ? json['key'] : undefined;
    return typeof key === 'string' ? multikey(parseNoteKey(key).publicKey) : undefined;
  } catch {
    return undefined; // `verifyTrace` says what is wrong with the line
  }
}

/** The trust to verify a bundle with: one key, for the log that the bundle says it is of. */
export const trustedLog = (key: LogKeyArgument, { kid, origin }: BundleClaims): TrustedLog => ({
  kid,
  publicKey: key.publicKey,
  origin: key.origin ?? origin,
});
