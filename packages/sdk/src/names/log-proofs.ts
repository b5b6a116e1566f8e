import { asHash, isTtpError, type LogPlace, type LogProofs } from '@ttp/core';
import { bytesOfHash, hex } from '@ttp/crypto';
import { openCheckpoint, parseInclusionProof, verifyInclusion } from '@ttp/etr-merkle';

/**
 * The proofs that `remoteNameRegistry` of @ttp/did asks for: `{ checkpoint, inclusion }`, a C2SP checkpoint of the
 * registry's log and an RFC 9162 inclusion proof in the tree that it signs.
 *
 * @param origin the name of the registry's log, as its checkpoints have it
 */
export const logProofs = (origin: string): LogProofs => ({
  verify(leafHash, proof, logKey): LogPlace | undefined {
    const { checkpoint: note, inclusion } = proof;
    if (typeof note !== 'string') return undefined;
    try {
      const { size, root } = openCheckpoint(note, { name: origin, publicKey: logKey });
      const path = parseInclusionProof(inclusion);
      if (path.size !== size || !verifyInclusion({ ...path, leafHash: bytesOfHash(leafHash), root }))
        return undefined;
      return { index: path.index, size, root: asHash(`sha256:${hex(root)}`) };
    } catch (error) {
      if (isTtpError(error)) return undefined;
      throw error;
    }
  },
});
