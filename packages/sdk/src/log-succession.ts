import { type Did, isJsonObject, type JsonObject, type Random, type Storage, TtpError } from '@ttp/core';
import { bytesOfHash, equalBytes, fromMultikey, hex } from '@ttp/crypto';
import { createTree, type MerkleTree, parseCheckpoint, parseNote } from '@ttp/etr-merkle';
import { bundleEntries, type LogReader, openLogReader, type TraceReport } from '@ttp/etr-merkle/trace';
import type { LogKeySpan } from './log-keys.js';

/**
 * What the first entry of a log says of those before it: how long each is, its root, and the key that signed it. The
 * new key vouches for them from then on, and nothing can be added to or taken from them any more (docs/adr/0005).
 *
 * @throws ETR_LOG_INCONSISTENT for a log that is not what its last tree head says, and what the storage throws
 */
export async function logsBefore(
  storage: Storage,
  agent: Did,
  { spans, random }: { readonly spans: readonly LogKeySpan[]; readonly random: Random },
): Promise<readonly JsonObject[]> {
  const logs: JsonObject[] = [];
  for (const [i, { key, kid, from }] of spans.slice(0, -1).entries())
    for (let n = from; n < (spans[i + 1]?.from ?? from); n++) {
      const publicKey = fromMultikey(key);
      const reader = await openLogReader({ storage, origin: agent, key: { kid, publicKey }, random }, n);
      if (reader === undefined) continue;
      const tree = createTree();
      for await (const { leafHash } of reader.events()) tree.append(bytesOfHash(leafHash));
      // Every entry, and not only what the index of the log says: nobody looks at it as a whole again.
      if (tree.size !== reader.size || !extendsCheckpoint(tree, reader))
        throw new TtpError('ETR_LOG_INCONSISTENT', `${reader.origin} is not what its tree head says`);
      logs.push({
        log: reader.origin,
        size: tree.size.toString(),
        root: rootText(tree.root(tree.size)),
        key,
      });
    }
  return logs;
}

/**
 * Whether the log of a bundle says that it follows the log of an earlier one, whole and as it was verified: its first
 * entry names that log with the very size, root and key. Verify both bundles first, each with the log key that you trust.
 *
 * @param later the bundle of the log that follows; it has to hold its first entry
 * @param earlier what `verifyTrace` reported of the bundle before
 * @param key Multikey of the log key that the earlier bundle was verified with
 * @throws ETR_BUNDLE_LINE and the codes of a leaf, for what is no bundle
 */
export function continuesLog(later: string | Uint8Array, earlier: TraceReport, key: string): boolean {
  const { valid, origin, head } = earlier;
  if (!valid || origin === undefined || head === undefined) return false;
  const [first] = bundleEntries(later);
  if (first?.index !== 0n || first.type !== 'log-continued' || !origin.startsWith(`${first.agent}/log/`))
    return false;
  const { logs } = first.data;
  if (!Array.isArray(logs)) return false;
  return logs.some(
    (named) =>
      isJsonObject(named) &&
      named['log'] === origin &&
      named['size'] === head.size.toString() &&
      named['root'] === rootText(head.root) &&
      named['key'] === key,
  );
}

function extendsCheckpoint(tree: MerkleTree, { checkpoint }: LogReader): boolean {
  if (checkpoint === undefined) return true;
  const { size, root } = parseCheckpoint(parseNote(checkpoint).text);
  return size <= tree.size && equalBytes(tree.root(size), root);
}

const rootText = (root: Uint8Array): string => `sha256:${hex(root)}`;
