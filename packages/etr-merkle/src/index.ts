export { type Checkpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from './checkpoint.js';
export { entryId, parseEntryId } from './entry-id.js';
export { ETR_ERRORS, type EtrErrorCode } from './errors.js';
export { emptyRoot, leafHash, nodeHash } from './hash.js';
export {
  formatNoteKey,
  type Note,
  type NoteKey,
  type NoteSignature,
  noteKeyId,
  parseNote,
  parseNoteKey,
  signNote,
  verifyNote,
} from './note.js';
export {
  type ConsistencyProof,
  consistencyProofOf,
  type InclusionProof,
  inclusionProofOf,
  parseConsistencyProof,
  parseInclusionProof,
} from './proof.js';
export {
  type HeldTreeHead,
  type LogKey,
  type OpenTreeHead,
  openHead,
  type SignedTreeHead,
  signHead,
} from './signed-tree-head.js';
export { createTree, type MerkleTree } from './tree.js';
export { openTreeHead, signTreeHead, type TreeHead } from './tree-head.js';
export { type ConsistencyClaim, type InclusionClaim, verifyConsistency, verifyInclusion } from './verify.js';
