import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import type { InclusionProof } from '@ttp/etr-merkle';

/** One entry of a log and all that shows it is there: what `ttp trace prove` writes and `ttp verify proof` reads. */
export interface ProofFile {
  readonly v: 1;
  /** Which log. */
  readonly origin: string;
  /** The entry, in the text that the tree hashes. */
  readonly leaf: string;
  readonly proof: InclusionProof;
  /** A signed note over the tree that the proof is for. */
  readonly checkpoint: string;
}

/** Reads a proof file as far as its form goes; the proof itself is unknown JSON still. Throws CLI_PROOF_FILE. */
export function parseProofFile(json: Json): Omit<ProofFile, 'proof'> & { readonly proof: JsonObject } {
  if (!isJsonObject(json)) throw malformed('');
  const { v, origin, leaf, proof, checkpoint, ...rest } = json;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw malformed(unknown);
  if (v !== 1) throw malformed('v');
  if (typeof origin !== 'string') throw malformed('origin');
  if (typeof leaf !== 'string') throw malformed('leaf');
  if (!isJsonObject(proof)) throw malformed('proof');
  if (typeof checkpoint !== 'string') throw malformed('checkpoint');
  return { v, origin, leaf, proof, checkpoint };
}

const malformed = (field: string): TtpError =>
  new TtpError('CLI_PROOF_FILE', `missing, unknown or malformed: ${field || 'the proof'}`, { field });
