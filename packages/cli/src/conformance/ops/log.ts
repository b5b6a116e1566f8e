import { isDid, isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { hex } from '@ttp/crypto';
import {
  createTree,
  formatNoteKey,
  leafHash,
  type MerkleTree,
  parseNoteKey,
  verifyConsistency,
  verifyInclusion,
  verifyNote,
} from '@ttp/etr-merkle';
import { type TraceTrust, type TrustedLog, verifyTrace } from '@ttp/etr-merkle/trace';
import {
  type Arguments,
  badArgument,
  bytes,
  bytesList,
  hexBytes,
  notImplemented,
  object,
  position,
  text,
  texts,
} from '../arguments.js';
import type { Operation } from '../protocol.js';
import { verdict } from '../verdict.js';

const treeOf = (args: Arguments): MerkleTree => createTree(bytesList(args, 'leaves').map(leafHash));

/** Trees, proofs, notes and bundles. */
export const LOG_OPERATIONS: Readonly<Record<string, Operation>> = {
  'merkle.root': (args) => ({ root: hex(treeOf(args).root()) }),
  'merkle.inclusion': (args) => ({
    proof: treeOf(args).inclusionProof(position(args, 'index'), position(args, 'size')).map(hex),
  }),
  'merkle.consistency': (args) => ({
    proof: treeOf(args).consistencyProof(position(args, 'from'), position(args, 'to')).map(hex),
  }),
  'merkle.verifyInclusion': (args) => ({
    valid: verifyInclusion({
      leafHash: bytes(args, 'leafHash'),
      index: position(args, 'index'),
      size: position(args, 'size'),
      proof: bytesList(args, 'proof'),
      root: bytes(args, 'root'),
    }),
  }),
  'merkle.verifyConsistency': (args) => ({
    valid: verifyConsistency({
      size1: position(args, 'size1'),
      size2: position(args, 'size2'),
      root1: bytes(args, 'root1'),
      root2: bytes(args, 'root2'),
      proof: bytesList(args, 'proof'),
    }),
  }),
  'note.verify'(args) {
    const note = text(args, 'note');
    const keys = texts(args, 'keys');
    return verdict(() => {
      const { text: signed, signers } = verifyNote(note, keys.map(parseNoteKey));
      return { text: signed, signers: signers.map(formatNoteKey) };
    });
  },
  'trace.verify'(args) {
    const { valid, entries, findings } = verifyTrace(text(args, 'text'), trustOf(args));
    return { valid, entries, findings: findings.map((finding) => ({ ...finding })) };
  },
};

/** `{ logKeys: [{ kid, publicKey, origin }], now? }`. What else is to be trusted cannot be left out of the verdict. */
function trustOf(args: Arguments): TraceTrust {
  const { logKeys, now, ...rest } = object(args, 'trust');
  const [other] = Object.entries(rest).filter(([, value]) => !isNothing(value));
  if (other !== undefined) notImplemented(`trust.${other[0]}`);
  if (!Array.isArray(logKeys)) return badArgument('trust.logKeys');
  const keys = logKeys.map(logKeyOf);
  if (now === undefined) return { logKeys: keys };
  return typeof now === 'number' ? { logKeys: keys, now } : badArgument('trust.now');
}

/** No witnesses, no time-stamp roots, a quorum of none: what is verified today is all of it. */
const isNothing = (value: Json): boolean =>
  value === null || value === 0 || (Array.isArray(value) && value.length === 0);

function logKeyOf(key: Json): TrustedLog {
  const { kid, publicKey, origin }: JsonObject = isJsonObject(key) ? key : {};
  if (
    typeof kid !== 'string' ||
    typeof publicKey !== 'string' ||
    typeof origin !== 'string' ||
    !isDid(origin)
  )
    return badArgument('trust.logKeys');
  return { kid, publicKey: hexBytes(publicKey, 'trust.logKeys'), origin };
}
