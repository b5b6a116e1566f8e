import { type EnvelopeHead, type Hash, isTtpError, MESSAGE_MAX_AHEAD_MS, TtpError } from '@ttp/core';
import { hashBytes, verifyEnvelope } from '@ttp/crypto';
import { formatNoteKey } from '../note.js';
import { type LogKey, type OpenTreeHead, openHead } from '../signed-tree-head.js';
import { BUNDLE, type BundleLine, type Manifest, parseLine, parseManifest } from './bundle.js';
import { splitLines } from './bundle-text.js';
import { collectHashes } from './data-hashes.js';
import { type CheckResult, type Finding, Findings, type TraceCheck } from './findings.js';
import { commitment, payloadValue } from './payload.js';
import { type EntryLine, verifyEntries } from './verify-entries.js';

/** A log key the verifier trusts, and the enforcement point whose logs it signs. */
export interface TrustedLog extends LogKey {
  /** The DID of the enforcement point: what stands in front of `/log/<n>` in the origins of its logs. */
  readonly origin: string;
}

/** What a verifier believes beforehand. A bundle carries its key for people to read; it is never believed. */
export interface TraceTrust {
  readonly logKeys: readonly TrustedLog[];
  /** Wall clock, ms; where it is given, nothing may be stamped more than a minute after it. */
  readonly now?: number;
}

/** What `verifyTrace` found out. */
export interface TraceReport {
  /** Nothing was found, and every line was looked at. */
  readonly valid: boolean;
  /** Which log; absent where the first line cannot be believed. */
  readonly origin?: string;
  /** When the bundle was made, as its signer says. */
  readonly at?: number;
  /** The tree head that every entry was held against. */
  readonly head?: { readonly size: bigint; readonly root: Uint8Array; readonly at: number };
  /** Entries in the bundle. */
  readonly entries: number;
  readonly checks: readonly CheckResult[];
  readonly findings: readonly Finding[];
}

type Numbered = BundleLine & { readonly line: number };

/**
 * Verifies an exported bundle offline, with nothing but the log keys that the caller trusts. Pure, linear in the
 * length of the bundle, and never throws on what is in it: whatever is wrong is a finding with its line.
 *
 * A line that does not have the hash in the first one stops it there: the contents of such a bundle mean nothing.
 *
 * @param bundle the text of the bundle, or its bytes
 */
export function verifyTrace(bundle: string | Uint8Array, trust: TraceTrust): TraceReport {
  const findings = new Findings();
  const { lines, ended } = splitLines(bundle);
  const first = openFirst(lines[0] ?? new Uint8Array(0), trust, findings);
  if (first === undefined) return report(findings, {});
  const { manifest, key, at } = first;
  const about = { origin: manifest.origin, at };
  checkHashes(manifest, lines, ended, findings);
  if (findings.list.length > 0) return report(findings, about);
  const parsed = lines.slice(1).flatMap((line, i) => parseNumbered(line, i + 2, findings));
  if (findings.list.length > 0) return report(findings, about);
  checkPlan(manifest, key, parsed, findings);
  const head = checkHead(manifest, key, parsed, findings);
  const entries = parsed.filter((line): line is EntryLine => line.kind === 'entry');
  if (head !== undefined) verifyEntries(manifest, head.open, head.line, entries, findings);
  checkPayloads(parsed, entries, findings);
  return report(findings, {
    ...about,
    ...(head === undefined ? {} : { head: { size: head.open.size, root: head.open.root, at: head.open.at } }),
    entries: entries.length,
  });
}

function report(findings: Findings, about: Partial<TraceReport>): TraceReport {
  const { list } = findings;
  return { entries: 0, ...about, valid: list.length === 0, checks: findings.results(), findings: list };
}

/** The manifest, once its signature is verified with a trusted key. */
function openFirst(
  line: Uint8Array,
  trust: TraceTrust,
  findings: Findings,
): { manifest: Manifest; key: TrustedLog; at: number } | undefined {
  return attempt('signature', 1, findings, () => {
    const { body, head, key } = verifyManifest(line, trust.logKeys);
    if (trust.now !== undefined && head.iat - trust.now > MESSAGE_MAX_AHEAD_MS)
      throw new TtpError('ETR_BUNDLE_SIGNATURE', `it is stamped ${head.iat}, and it is ${trust.now}`);
    return { manifest: body, key, at: head.iat };
  });
}

/**
 * The first line, by the first trusted key that signed it and is of its log: several enforcement points may have given
 * their keys one name. Throws what is wrong with it under the last of them.
 */
function verifyManifest(
  line: Uint8Array,
  logKeys: readonly TrustedLog[],
): { body: Manifest; head: EnvelopeHead; key: TrustedLog } {
  let named: readonly TrustedLog[] = [];
  for (let n = 0; ; n++) {
    try {
      const { body, head } = verifyEnvelope(line, {
        type: BUNDLE,
        parse: parseManifest,
        keyOf(kid) {
          named = logKeys.filter((key) => key.kid === kid);
          return named[n]?.publicKey;
        },
        // A bundle is a record of what was exported: it does not age.
        now: 0,
        maxBytes: line.length,
      });
      const key = named[n];
      if (key !== undefined && isLogOf(body.origin, key.origin)) return { body, head, key };
      throw new TtpError('ETR_BAD_ORIGIN', `no trusted key signs for ${body.origin}`);
    } catch (error) {
      if (n + 1 >= named.length) throw error;
    }
  }
}

const isLogOf = (origin: string, base: string): boolean =>
  origin.startsWith(`${base}/log/`) && /^\d{1,9}$/.test(origin.slice(base.length + '/log/'.length));

function checkHashes(
  manifest: Manifest,
  lines: readonly Uint8Array[],
  ended: boolean,
  findings: Findings,
): void {
  const { lines: hashes } = manifest;
  findings.made('lines');
  hashes.forEach((hash, i) => {
    const line = lines[i + 1];
    if (line !== undefined && hashBytes(line) !== hash)
      findings.add('lines', i + 2, 'the line does not have the hash that was signed');
  });
  if (lines.length < hashes.length + 1)
    findings.add('lines', lines.length + 1, `${hashes.length + 1 - lines.length} lines are missing`);
  if (lines.length > hashes.length + 1)
    findings.add('lines', hashes.length + 2, `${lines.length - hashes.length - 1} lines too many`);
  else if (!ended) findings.add('lines', lines.length, 'the newline at its end is missing');
}

function parseNumbered(bytes: Uint8Array, line: number, findings: Findings): Numbered[] {
  const parsed = attempt('form', line, findings, () => parseLine(bytes));
  return parsed === undefined ? [] : [{ ...parsed, line }];
}

const ORDER: readonly BundleLine['kind'][] = ['key', 'head', 'entry', 'payload', 'absent'];

/** One key, one head, then entries, then payloads and what is absent. */
function checkPlan(
  manifest: Manifest,
  key: TrustedLog,
  lines: readonly Numbered[],
  findings: Findings,
): void {
  findings.made('form');
  let stage = 0;
  for (const line of lines) {
    const at = Math.min(ORDER.indexOf(line.kind), 3);
    if (at < stage || (at < 2 && line.line !== at + 2))
      findings.add('form', line.line, `a ${line.kind} line in the wrong place`);
    stage = at;
    const note = { name: manifest.origin, publicKey: key.publicKey };
    if (line.kind === 'key' && (line.kid !== key.kid || line.key !== formatNoteKey(note)))
      findings.add('head', line.line, 'it names another key than the one that signed');
  }
}

function checkHead(
  { origin, treeSize }: Manifest,
  key: TrustedLog,
  lines: readonly Numbered[],
  findings: Findings,
): { open: OpenTreeHead; line: number } | undefined {
  const found = lines.find((line) => line.kind === 'head');
  if (found?.kind !== 'head') {
    findings.add('head', 3, 'there is no tree head');
    return undefined;
  }
  return attempt('head', found.line, findings, () => {
    const open = openHead(found, origin, key);
    if (open.size !== treeSize)
      throw new TtpError('ETR_BUNDLE_HEAD', `it is for ${open.size} entries, not for ${treeSize}`);
    return { open, line: found.line };
  });
}

function checkPayloads(lines: readonly Numbered[], entries: readonly EntryLine[], findings: Findings): void {
  const committed = new Set<Hash>();
  for (const { leaf } of entries) collectHashes(leaf.data, committed);
  const seen = new Set<Hash>();
  for (const line of lines) {
    if (line.kind !== 'payload' && line.kind !== 'absent') continue;
    findings.made('payload');
    const { hash } = line;
    if (!committed.has(hash)) findings.add('payload', line.line, `no entry commits to ${hash}`);
    if (seen.has(hash)) findings.add('payload', line.line, `${hash} is there twice`);
    seen.add(hash);
    if (line.kind === 'absent') continue;
    if (commitment(line.salt, line.bytes) !== hash)
      findings.add('payload', line.line, `the payload is not what ${hash} commits to`);
    else attempt('payload', line.line, findings, () => payloadValue(line.bytes));
  }
}

/** What `read` returns; a coded error is a finding, and undefined. */
function attempt<T>(check: TraceCheck, line: number, findings: Findings, read: () => T): T | undefined {
  findings.made(check);
  try {
    return read();
  } catch (error) {
    if (!isTtpError(error)) throw error;
    findings.add(check, line, `${error.code}: ${error.message}`);
    return undefined;
  }
}
