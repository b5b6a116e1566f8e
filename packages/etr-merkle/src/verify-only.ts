// What somebody needs who holds proofs and checkpoints and trusts a key: no tree, no recorder, nothing that signs.
// One entry of its own, so that a web page which verifies costs no more than that.
export { type Checkpoint, openCheckpoint, parseCheckpoint } from './checkpoint.js';
export { entryId, parseEntryId } from './entry-id.js';
export { emptyRoot, leafHash, nodeHash } from './hash.js';
export {
  type Note,
  type NoteKey,
  type NoteSignature,
  noteKeyId,
  parseNote,
  parseNoteKey,
  verifyNote,
} from './note.js';
export {
  type ConsistencyProof,
  type InclusionProof,
  parseConsistencyProof,
  parseInclusionProof,
} from './proof.js';
export { type ConsistencyClaim, type InclusionClaim, verifyConsistency, verifyInclusion } from './verify.js';
