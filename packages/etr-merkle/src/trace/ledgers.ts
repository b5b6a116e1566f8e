import { type Receipt, type TraceId, TtpError } from '@ttp/core';
import { hashText, type InclusionProof, inclusionProofOf } from '../proof.js';
import type { Ledger } from './ledger.js';

/** Every log that a recorder has written: receipts of earlier ones stay good, and so do their seals. */
export class Ledgers {
  readonly #byOrigin = new Map<string, Ledger>();

  /** Takes a log in, and returns it. */
  add(ledger: Ledger): Ledger {
    this.#byOrigin.set(ledger.origin, ledger);
    return ledger;
  }

  /** The receipt of a durable entry. Throws ETR_NO_ENTRY. */
  receipt(log: string, index: bigint): Receipt {
    const { tree, traces } = this.#find(log);
    const trace = index >= 0n ? traces[Number(index)] : undefined;
    if (trace === undefined) throw new TtpError('ETR_NO_ENTRY', `no entry ${index} in ${log}`);
    return { trace, log, index, leafHash: hashText(tree.leaf(index)) };
  }

  /** The proof of a durable entry in the tree of `size`; left out, as it is now. Throws ETR_NO_ENTRY, ETR_BAD_POSITION. */
  proof(log: string, index: bigint, size?: bigint): InclusionProof {
    const { tree } = this.#find(log);
    if (index < 0n || index >= tree.size) throw new TtpError('ETR_NO_ENTRY', `no entry ${index} in ${log}`);
    const of = size ?? tree.size;
    return inclusionProofOf(index, of, tree.inclusionProof(index, of));
  }

  /** Whether the seal of the trace is durable in any of them. */
  isSealed(trace: TraceId): boolean {
    return [...this.#byOrigin.values()].some(({ sealed }) => sealed.has(trace));
  }

  #find(log: string): Ledger {
    const ledger = this.#byOrigin.get(log);
    if (ledger === undefined) throw new TtpError('ETR_NO_ENTRY', `this recorder has not written ${log}`);
    return ledger;
  }
}
