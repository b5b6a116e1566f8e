import { type Did, type Hash, isTraceId, type TraceId } from '@ttp/core';
import { canonicalize, equalBytes } from '@ttp/crypto';
import { Frontier } from '../frontier.js';
import { leafHash } from '../hash.js';
import { hashText } from '../proof.js';
import type { OpenTreeHead } from '../signed-tree-head.js';
import { verifyInclusion } from '../verify.js';
import type { BundleLine, Manifest } from './bundle.js';
import { Chains } from './chains.js';
import type { Findings } from './findings.js';
import { DEFAULT_MODE, type StorageMode, setsMode } from './mode.js';

/** An entry of a bundle, and its line. */
export type EntryLine = Extract<BundleLine, { kind: 'entry' }> & { readonly line: number };

/** What a bundle says of the entries in it. */
type EntryScope = Pick<Manifest, 'scope' | 'trace' | 'tamperEvident'>;

/** An entry and the hash that tree and chains know it by. */
interface Hashed extends EntryLine {
  readonly hash: Uint8Array;
}

/**
 * Checks the entries of a bundle, one after the other, against each other and against the tree head: chains of agents,
 * sequences of traces, inclusion, seals, modes. Linear in the entries, but for the path of each inclusion proof; what it
 * remembers grows with agents and traces, and not with entries.
 */
export class EntryChecks {
  readonly #manifest: EntryScope;
  readonly #head: Pick<OpenTreeHead, 'size' | 'root'>;
  /** Where the tree head stands: a root that the whole log does not lead to is reported there. */
  readonly #headLine: number;
  readonly #findings: Findings;
  readonly #tree = new Frontier();
  readonly #agents = new Map<Did, { readonly seq: number; readonly hash: Hash }>();
  readonly #chains = new Chains();
  readonly #incomplete = new Set<TraceId>();
  readonly #sealed = new Set<TraceId>();
  readonly #modes = new Map<TraceId, StorageMode>();
  #next = 0n;
  #isStandard = false;

  constructor(
    manifest: EntryScope,
    head: Pick<OpenTreeHead, 'size' | 'root'>,
    headLine: number,
    findings: Findings,
  ) {
    this.#manifest = manifest;
    this.#head = head;
    this.#headLine = headLine;
    this.#findings = findings;
  }

  /** The next entry. */
  add(entry: EntryLine): void {
    const hashed = { ...entry, hash: leafHash(entry.bytes) };
    this.#checkOrder(hashed);
    this.#checkAgent(hashed);
    this.#checkTrace(hashed);
    this.#checkMode(hashed);
    if (this.#manifest.scope === 'log') this.#tree.append(hashed.hash);
    else this.#checkProof(hashed);
  }

  /** There is no further entry. */
  end(): void {
    if (this.#manifest.scope === 'log') this.#checkRoot();
    if (this.#isStandard && this.#manifest.tamperEvident)
      this.#findings.add('mode', 1, 'a trace in standard mode is not named as such');
  }

  #checkOrder({ line, index, leaf }: Hashed): void {
    const { scope, trace } = this.#manifest;
    this.#findings.made('form');
    if (scope === 'log' ? index !== this.#next : index < this.#next)
      this.#findings.add('form', line, `entry ${index} stands where ${this.#next} belongs`);
    if (scope === 'trace' && leaf.trace !== trace)
      this.#findings.add('form', line, `an entry of trace ${leaf.trace} in the bundle of another`);
    this.#next = index + 1n;
  }

  #checkAgent({ line, leaf, hash }: Hashed): void {
    this.#findings.made('chain');
    const { agent, agentSeq, agentPrev } = leaf;
    const before = this.#agents.get(agent);
    const gap = agentSeq - (before?.seq ?? -1);
    // What is not the whole log may leave entries of an agent out, but not go back or contradict what it shows.
    if (gap < 1 || (this.#manifest.scope === 'log' && gap > 1))
      this.#findings.add(
        'chain',
        line,
        `entry ${agentSeq} of ${agent} follows its entry ${before?.seq ?? 'none'}`,
      );
    else if (gap === 1 && agentPrev !== (before?.hash ?? null))
      this.#findings.add('chain', line, `agentPrev is not the hash of entry ${agentSeq - 1} of ${agent}`);
    this.#agents.set(agent, { seq: agentSeq, hash: hashText(hash) });
  }

  #checkTrace({ line, leaf, hash }: Hashed): void {
    this.#findings.made('trace');
    const { trace, traceSeq } = leaf;
    if (this.#sealed.has(trace)) {
      this.#findings.add('seal', line, `an entry of trace ${trace} after its seal`);
      return;
    }
    const { traceSeq: expected } = this.#chains.next(leaf);
    if (traceSeq !== expected && !this.#incomplete.has(trace)) {
      this.#incomplete.add(trace);
      if (this.#manifest.scope !== 'selection' || traceSeq < expected)
        this.#findings.add(
          'trace',
          line,
          `entry ${traceSeq} of trace ${trace} stands where ${expected} belongs`,
        );
    }
    if (leaf.type === 'trace-sealed') {
      this.#sealed.add(trace);
      // With entries missing there is nothing to compute the root from.
      if (!this.#incomplete.has(trace)) this.#checkSeal({ line, leaf });
    }
    this.#chains.add(leaf, hash);
  }

  #checkSeal({ line, leaf }: Pick<Hashed, 'line' | 'leaf'>): void {
    this.#findings.made('seal');
    const summary = this.#chains.summary(leaf.trace);
    if (summary === undefined || canonicalize({ ...summary }) !== canonicalize(leaf.data))
      this.#findings.add(
        'seal',
        line,
        `the seal does not match the ${summary?.count ?? 0} entries of its trace`,
      );
  }

  #checkMode({ line, leaf }: Hashed): void {
    const { type, subject, data } = leaf;
    if (type !== 'mode-set') return;
    this.#findings.made('mode');
    if (data['mode'] === 'standard') this.#isStandard = true;
    if (!isTraceId(subject)) {
      this.#findings.add('mode', line, 'a mode of something that is no trace');
      return;
    }
    // What is not the whole log may leave earlier modes out: only what it shows can contradict itself.
    const known = this.#modes.get(subject) ?? (this.#manifest.scope === 'log' ? DEFAULT_MODE : undefined);
    const mode = setsMode(leaf, known ?? (data['mode'] === 'standard' ? DEFAULT_MODE : 'standard'));
    if (mode === undefined) this.#findings.add('mode', line, `the mode of trace ${subject} is relaxed`);
    else this.#modes.set(subject, mode);
  }

  #checkRoot(): void {
    this.#findings.made('inclusion');
    const { size, root } = this.#head;
    // Trees of different sizes never share a root: the prefixes tell leaves and nodes apart.
    if (!equalBytes(this.#tree.root(), root))
      this.#findings.add(
        'inclusion',
        this.#headLine,
        `the ${this.#tree.size} entries do not lead to the root of ${size}`,
      );
  }

  #checkProof({ line, index, hash, proof }: Hashed): void {
    this.#findings.made('inclusion');
    const { size, root } = this.#head;
    if (proof === undefined || !verifyInclusion({ leafHash: hash, index, size, proof, root }))
      this.#findings.add('inclusion', line, `entry ${index} is not proved to be in the tree of ${size}`);
  }
}
