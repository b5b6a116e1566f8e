import { type EnvelopeHead, type Hash, isTtpError, MESSAGE_MAX_AHEAD_MS, TtpError } from '@ttp/core';
import { hashBytes, verifyEnvelope } from '@ttp/crypto';
import { formatNoteKey } from '../note.js';
import { type OpenTreeHead, openHead } from '../signed-tree-head.js';
import { BUNDLE, type BundleLine, type Manifest, parseLine, parseManifest } from './bundle.js';
import { collectHashes } from './data-hashes.js';
import { Findings, type TraceCheck } from './findings.js';
import { commitment, payloadValue } from './payload.js';
import type { TraceReport, TraceTrust, TrustedLog } from './trace-report.js';
import { EntryChecks } from './verify-entries.js';

type Numbered = BundleLine & { readonly line: number };

/** The first line, once its signature is verified. */
interface First {
  readonly manifest: Manifest;
  readonly key: TrustedLog;
  readonly at: number;
}

/**
 * Checks a bundle line by line. What stands before decides about what comes after: lines whose hashes are not those
 * that were signed mean nothing, and lines that cannot be read say nothing about each other.
 */
export class BundleChecks {
  readonly #trust: TraceTrust;
  readonly #signature = new Findings();
  readonly #hashes = new Findings();
  readonly #form = new Findings();
  readonly #contents = new Findings();
  /** What entries commit to, and what of it is there. */
  readonly #committed = new Set<Hash>();
  readonly #seen = new Set<Hash>();
  #lines = 0;
  #first: First | undefined;
  #stage = 0;
  #head: { readonly open: OpenTreeHead; readonly line: number } | undefined;
  #hasHead = false;
  #entries = 0;
  #checks: EntryChecks | undefined;

  constructor(trust: TraceTrust) {
    this.#trust = trust;
  }

  /** Lines that the first one names, and itself; undefined where it cannot be believed. */
  get expected(): number | undefined {
    return this.#first === undefined ? undefined : this.#first.manifest.lines.length + 1;
  }

  /** Whether a further line can change the report. */
  get isOver(): boolean {
    return this.#lines > 0 && this.#first === undefined;
  }

  /** The next line, without its newline. */
  add(bytes: Uint8Array): void {
    const line = ++this.#lines;
    if (line === 1) this.#first = this.#open(bytes);
    else if (this.#first !== undefined) this.#check(bytes, line, this.#first);
  }

  /**
   * The bundle ends here.
   *
   * @param ended whether the last line has its newline
   */
  end(ended: boolean): TraceReport {
    if (this.#lines === 0) this.add(new Uint8Array(0));
    const first = this.#first;
    if (first === undefined) return report([this.#signature], {});
    const { manifest, at } = first;
    const about = { origin: manifest.origin, at };
    this.#checkCount(manifest, ended);
    if (this.#hashes.list.length > 0) return report([this.#signature, this.#hashes], about);
    const before = [this.#signature, this.#hashes, this.#form];
    if (this.#form.list.length > 0) return report(before, about);
    if (!this.#hasHead) this.#contents.add('head', 3, 'there is no tree head');
    // A bundle without entries leads to the root of the empty tree, or to none.
    this.#entryChecks(manifest)?.end();
    return report([...before, this.#contents], {
      ...about,
      ...(this.#head === undefined ? {} : { head: sizeOf(this.#head.open) }),
      entries: this.#entries,
      claimsTamperEvident: manifest.tamperEvident,
    });
  }

  /** The manifest, once its signature is verified with a trusted key. */
  #open(line: Uint8Array): First | undefined {
    return attempt('signature', 1, this.#signature, () => {
      const { body, head, key } = verifyManifest(line, this.#trust.logKeys);
      const { now } = this.#trust;
      if (now !== undefined && head.iat - now > MESSAGE_MAX_AHEAD_MS)
        throw new TtpError('ETR_BUNDLE_SIGNATURE', `it is stamped ${head.iat}, and it is ${now}`);
      return { manifest: body, key, at: head.iat };
    });
  }

  #check(bytes: Uint8Array, line: number, { manifest, key }: First): void {
    const hash = manifest.lines[line - 2];
    if (hash !== undefined && hashBytes(bytes) !== hash)
      this.#hashes.add('lines', line, 'the line does not have the hash that was signed');
    if (this.#hashes.list.length > 0) return;
    const parsed = attempt('form', line, this.#form, () => parseLine(bytes));
    if (parsed === undefined || this.#form.list.length > 0) return;
    const numbered = { ...parsed, line };
    this.#checkPlace(numbered, manifest, key);
    if (numbered.kind === 'head') this.#openHead(numbered, manifest, key);
    else if (numbered.kind === 'entry') {
      this.#entries++;
      collectHashes(numbered.leaf.data, this.#committed);
      this.#entryChecks(manifest)?.add(numbered);
    } else if (numbered.kind !== 'key') this.#checkPayload(numbered);
  }

  #checkCount({ lines: hashes }: Manifest, ended: boolean): void {
    const expected = hashes.length + 1;
    this.#hashes.made('lines');
    if (this.#lines < expected)
      this.#hashes.add('lines', this.#lines + 1, `${expected - this.#lines} lines are missing`);
    if (this.#lines > expected)
      this.#hashes.add('lines', expected + 1, `${this.#lines - expected} lines too many`);
    else if (!ended) this.#hashes.add('lines', this.#lines, 'the newline at its end is missing');
  }

  /** One key, one head, then entries, then payloads and what is absent. */
  #checkPlace(line: Numbered, { origin }: Manifest, key: TrustedLog): void {
    this.#contents.made('form');
    const at = Math.min(ORDER.indexOf(line.kind), 3);
    if (at < this.#stage || (at < 2 && line.line !== at + 2))
      this.#contents.add('form', line.line, `a ${line.kind} line in the wrong place`);
    this.#stage = at;
    const note = { name: origin, publicKey: key.publicKey };
    if (line.kind === 'key' && (line.kid !== key.kid || line.key !== formatNoteKey(note)))
      this.#contents.add('head', line.line, 'it names another key than the one that signed');
  }

  #openHead(
    line: Extract<Numbered, { kind: 'head' }>,
    { origin, treeSize }: Manifest,
    key: TrustedLog,
  ): void {
    if (this.#hasHead) return;
    this.#hasHead = true;
    this.#head = attempt('head', line.line, this.#contents, () => {
      const open = openHead(line, origin, key);
      if (open.size !== treeSize)
        throw new TtpError('ETR_BUNDLE_HEAD', `it is for ${open.size} entries, not for ${treeSize}`);
      return { open, line: line.line };
    });
  }

  /** Undefined without a head to hold entries against. */
  #entryChecks(manifest: Manifest): EntryChecks | undefined {
    if (this.#head === undefined) return undefined;
    const { open, line } = this.#head;
    return (this.#checks ??= new EntryChecks(manifest, open, line, this.#contents));
  }

  #checkPayload(line: Extract<Numbered, { kind: 'payload' | 'sealed' | 'absent' }>): void {
    const { hash } = line;
    this.#contents.made('payload');
    if (!this.#committed.has(hash)) this.#contents.add('payload', line.line, `no entry commits to ${hash}`);
    if (this.#seen.has(hash)) this.#contents.add('payload', line.line, `${hash} is there twice`);
    this.#seen.add(hash);
    if (line.kind !== 'payload') return;
    if (commitment(line.salt, line.bytes) !== hash)
      this.#contents.add('payload', line.line, `the payload is not what ${hash} commits to`);
    else attempt('payload', line.line, this.#contents, () => payloadValue(line.bytes));
  }
}

const ORDER: readonly BundleLine['kind'][] = ['key', 'head', 'entry', 'payload', 'sealed', 'absent'];

const sizeOf = ({ size, root, at }: OpenTreeHead): NonNullable<TraceReport['head']> => ({ size, root, at });

function report(
  stages: readonly Findings[],
  { claimsTamperEvident = false, ...about }: Partial<TraceReport> & { claimsTamperEvident?: boolean },
): TraceReport {
  const { list, results } = Findings.merged(stages);
  const valid = list.length === 0;
  return {
    entries: 0,
    ...about,
    valid,
    tamperEvident: valid && claimsTamperEvident,
    checks: results,
    findings: list,
  };
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
