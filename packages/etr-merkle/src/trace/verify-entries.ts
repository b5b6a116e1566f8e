import type { Did, Hash, TraceId } from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
import { leafHash } from '../hash.js';
import { hashText } from '../proof.js';
import type { OpenTreeHead } from '../signed-tree-head.js';
import { createTree } from '../tree.js';
import { verifyInclusion } from '../verify.js';
import type { BundleLine, Manifest } from './bundle.js';
import { Chains } from './chains.js';
import type { Findings } from './findings.js';

/** An entry of a bundle, and its line. */
export type EntryLine = Extract<BundleLine, { kind: 'entry' }> & { readonly line: number };

/** An entry and the hash that tree and chains know it by. */
interface Hashed extends EntryLine {
  readonly hash: Uint8Array;
}

/**
 * Checks the entries of a bundle against each other and against the tree head: chains of agents, sequences of traces,
 * inclusion, seals. Linear in the entries, but for the path of each inclusion proof.
 *
 * @param headLine where the tree head stands: a root that the whole log does not lead to is reported there
 */
export function verifyEntries(
  manifest: Manifest,
  head: OpenTreeHead,
  headLine: number,
  entries: readonly EntryLine[],
  findings: Findings,
): void {
  const hashed = entries.map((entry) => ({ ...entry, hash: leafHash(entry.bytes) }));
  checkOrder(manifest, hashed, findings);
  checkAgents(manifest, hashed, findings);
  checkTraces(manifest, hashed, findings);
  if (manifest.scope === 'log') checkRoot(head, headLine, hashed, findings);
  else for (const entry of hashed) checkProof(head, entry, findings);
}

function checkOrder({ scope, trace }: Manifest, entries: readonly Hashed[], findings: Findings): void {
  let next = 0n;
  for (const { line, index, leaf } of entries) {
    findings.made('form');
    if (scope === 'log' ? index !== next : index < next)
      findings.add('form', line, `entry ${index} stands where ${next} belongs`);
    if (scope === 'trace' && leaf.trace !== trace)
      findings.add('form', line, `an entry of trace ${leaf.trace} in the bundle of another`);
    next = index + 1n;
  }
}

function checkAgents({ scope }: Manifest, entries: readonly Hashed[], findings: Findings): void {
  const chains = new Map<Did, { seq: number; hash: Hash }>();
  for (const { line, leaf, hash } of entries) {
    findings.made('chain');
    const { agent, agentSeq, agentPrev } = leaf;
    const before = chains.get(agent);
    const gap = agentSeq - (before?.seq ?? -1);
    // What is not the whole log may leave entries of an agent out, but not go back or contradict what it shows.
    if (gap < 1 || (scope === 'log' && gap > 1))
      findings.add('chain', line, `entry ${agentSeq} of ${agent} follows its entry ${before?.seq ?? 'none'}`);
    else if (gap === 1 && agentPrev !== (before?.hash ?? null))
      findings.add('chain', line, `agentPrev is not the hash of entry ${agentSeq - 1} of ${agent}`);
    chains.set(agent, { seq: agentSeq, hash: hashText(hash) });
  }
}

function checkTraces({ scope }: Manifest, entries: readonly Hashed[], findings: Findings): void {
  const chains = new Chains();
  const incomplete = new Set<TraceId>();
  const sealed = new Set<TraceId>();
  for (const { line, leaf, hash } of entries) {
    findings.made('trace');
    const { trace, traceSeq } = leaf;
    if (sealed.has(trace)) {
      findings.add('seal', line, `an entry of trace ${trace} after its seal`);
      continue;
    }
    const { traceSeq: expected } = chains.next(leaf);
    if (traceSeq !== expected && !incomplete.has(trace)) {
      incomplete.add(trace);
      if (scope !== 'selection' || traceSeq < expected)
        findings.add('trace', line, `entry ${traceSeq} of trace ${trace} stands where ${expected} belongs`);
    }
    if (leaf.type === 'trace-sealed') {
      sealed.add(trace);
      // With entries missing there is nothing to compute the root from.
      if (!incomplete.has(trace)) checkSeal(chains, { line, leaf }, findings);
    }
    chains.add(leaf, hash);
  }
}

function checkSeal(chains: Chains, { line, leaf }: Pick<Hashed, 'line' | 'leaf'>, findings: Findings): void {
  findings.made('seal');
  const summary = chains.summary(leaf.trace);
  if (summary === undefined || canonicalize({ ...summary }) !== canonicalize(leaf.data))
    findings.add('seal', line, `the seal does not match the ${summary?.count ?? 0} entries of its trace`);
}

function checkRoot(head: OpenTreeHead, line: number, entries: readonly Hashed[], findings: Findings): void {
  findings.made('inclusion');
  const tree = createTree(entries.map(({ hash }) => hash));
  // Trees of different sizes never share a root: the prefixes tell leaves and nodes apart.
  if (hashText(tree.root()) !== hashText(head.root))
    findings.add('inclusion', line, `the ${tree.size} entries do not lead to the root of ${head.size}`);
}

function checkProof(
  { size, root }: OpenTreeHead,
  { line, index, hash, proof }: Hashed,
  findings: Findings,
): void {
  findings.made('inclusion');
  if (proof === undefined || !verifyInclusion({ leafHash: hash, index, size, proof, root }))
    findings.add('inclusion', line, `entry ${index} is not proved to be in the tree of ${size}`);
}
