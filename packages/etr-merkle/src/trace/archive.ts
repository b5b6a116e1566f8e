import { type Hash, type TraceId, TtpError } from '@ttp/core';
import { hashBytes, utf8 } from '@ttp/crypto';
import { bundleEntries, linesOf } from './bundle-content.js';
import { type ExportSource, exportLedger } from './export.js';
import { verifyTrace } from './verify-trace.js';

/** What an archive is made from, and held against when it comes back. */
export interface ArchiveSource extends ExportSource {
  /** The DID of the enforcement point. */
  readonly origin: string;
}

/**
 * The bundle of a trace in which payloads stand as they are stored, encrypted under their subjects' keys: it verifies
 * like any bundle, and opens nothing.
 *
 * @param taken commitments whose payloads go along
 */
export async function makeArchive(
  source: ArchiveSource,
  trace: TraceId,
  taken: ReadonlySet<Hash>,
): Promise<{ readonly text: string; readonly hash: Hash }> {
  const text = await exportLedger({ ...source, sealed: taken }, { trace, disclose: () => false });
  return { text, hash: hashBytes(utf8(text)) };
}

/**
 * What an archive holds.
 *
 * @throws ETR_BAD_ARCHIVE for anything but the bundle of one trace that the log key of `source` has signed
 */
export function readArchive(
  archive: string,
  { origin, signer: { kid, publicKey } }: ArchiveSource,
): { readonly trace: TraceId; readonly hash: Hash; readonly sealed: ReadonlyMap<Hash, Uint8Array> } {
  const { valid, findings } = verifyTrace(archive, { logKeys: [{ origin, kid, publicKey }] });
  if (!valid) throw bad(findings[0]?.message ?? 'it is not valid');
  const [first, ...others] = new Set(bundleEntries(archive).map(({ trace }) => trace));
  if (first === undefined || others.length > 0) throw bad('it is not of one trace');
  const sealed = new Map<Hash, Uint8Array>();
  for (const line of linesOf(archive)) if (line.kind === 'sealed') sealed.set(line.hash, line.stored);
  return { trace: first, hash: hashBytes(utf8(archive)), sealed };
}

const bad = (why: string): TtpError<'ETR_BAD_ARCHIVE'> =>
  new TtpError('ETR_BAD_ARCHIVE', `not an archive of this log: ${why}`);
