import { systemTimer } from '@ttp/adapters/system';
import { asDid, type Clock, type Did, isTtpError, type JsonObject } from '@ttp/core';
import { decodeEnvelope, fromMultikey, utf8 } from '@ttp/crypto';
import { type TrustedLog, verifyTraceStream } from '@ttp/etr-merkle/trace';
import { visible } from '@ttp/oversight';
import { replayBundle } from '@ttp/sdk';
import { BUNDLE_MAX_CHARS, FINDINGS_MAX } from '../../limits.js';
import { flag, list, malformed, object, optional, text, whole } from '../shape.js';
import { type ServerTool, tool } from '../tool.js';

/** `verify_bundle`: somebody's exported log, by a log key that the caller trusts; every decision in it is made again. */
export const verifyBundle = (clock: Clock): ServerTool =>
  tool({
    name: 'verify_bundle',
    title: 'Verify an audit bundle',
    description: `Verifies an exported audit log, whoever it is of: signature, hashes, proofs, chains, seals, and each decision again from
its inputs. It is as good as the log key: get that from somebody you trust, not from the bundle.`,
    input: object({
      bundle: text('the text of the bundle', BUNDLE_MAX_CHARS),
      logKey: text('the log key to trust: <did of the enforcement point>=z6Mk...', 1024),
    }),
    output: object({
      valid: flag('that key signed it, nothing is wrong, no decision differs'),
      origin: optional(text('which log')),
      at: optional(whole('when it was exported, ms since 1970')),
      entries: whole('entries in it'),
      findings: list(
        `what is wrong, at most ${FINDINGS_MAX}`,
        object({
          line: whole('of the bundle'),
          check: text('which check'),
          code: text('code'),
          message: text('for people'),
        }),
      ),
      decisions: object({
        same: whole('decided again to the same bytes'),
        differs: whole('decided otherwise'),
        absent: whole('inputs erased or not disclosed'),
      }),
    }),
    async answer({ bundle, logKey }) {
      const bytes = utf8(bundle);
      const trust = { logKeys: [trusted(logKey, bytes)], now: clock.now() };
      // In slices: others are answered meanwhile.
      const report = await verifyTraceStream([bytes], trust, { timer: systemTimer });
      const { valid, origin, at, entries, findings } = report;
      // What is not valid means nothing, so nothing is read out of it.
      const replayed = valid ? replayBundle(bytes) : [];
      const count = (result: string): number => replayed.filter((one) => one.result === result).length;
      return {
        valid: valid && count('differs') === 0,
        ...(origin === undefined ? {} : { origin: visible(origin) }),
        ...(at === undefined ? {} : { at }),
        entries,
        findings: findings
          .slice(0, FINDINGS_MAX)
          .map(({ line, check, code, message }) => ({ line, check, code, message: visible(message) })),
        decisions: { same: count('same'), differs: count('differs'), absent: count('absent') },
      } satisfies JsonObject;
    },
  });

/** The key for the one log that the caller named. Throws GATEWAY_BAD_REQUEST. */
function trusted(logKey: string, bundle: Uint8Array): TrustedLog {
  const equals = logKey.lastIndexOf('=');
  try {
    const origin: Did = asDid(logKey.slice(0, Math.max(equals, 0)));
    return { origin, kid: signerOf(bundle), publicKey: fromMultikey(logKey.slice(equals + 1)) };
  } catch (error) {
    if (!isTtpError(error)) throw error;
    throw malformed('logKey', '<did>=z6Mk..., as the enforcement point tells it');
  }
}

/** What the first line calls its key. A name alone: the signature is verified with the caller's key. */
function signerOf(bundle: Uint8Array): string {
  const end = bundle.indexOf(0x0a);
  const first = bundle.subarray(0, end < 0 ? bundle.length : end);
  try {
    return decodeEnvelope(first, { maxBytes: first.length }).sigs[0]?.kid ?? '';
  } catch {
    return ''; // then the signature is what the verification finds wrong
  }
}
