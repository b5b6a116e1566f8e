import type { ErrorCode, Hash } from '@ttp/core';
import { encodeEnvelope } from '@ttp/crypto';
import { layerPolicies, type Policy, type PolicyLayers } from '@ttp/spl';
import type { Agreement } from './agreement.js';
import type { Conflict } from './conflict.js';
import { MESSAGE_MAX_BYTES } from './limits.js';
import { loadSent } from './message.js';
import type { Negotiation } from './negotiation.js';

/** What two sides agreed on, with everything that it takes to arm and to prove it. */
export interface Agreed {
  readonly status: 'agreed';
  readonly session: string;
  readonly agreement: Agreement;
  /** Of the agreement. */
  readonly hash: Hash;
  /** The certificate with both signatures, for `verifyAgreement`: canonical text. */
  readonly certificate: string;
  /** The policies of the layers, to be armed together: permitted only where each of them permits. */
  readonly layers: PolicyLayers;
}

/** How a negotiation ended for one side. */
export type NegotiationResult =
  | Agreed
  | {
      readonly status: 'rejected';
      readonly session?: string;
      /** Which requirement met which. */
      readonly conflicts: readonly Conflict[];
    }
  | { readonly status: 'aborted'; readonly session?: string; readonly code: ErrorCode }
  /** The connection is gone, and there is time left: `resumeNegotiation` goes on over another one. */
  | { readonly status: 'interrupted'; readonly session: string };

/** Policies as layers that can be armed: `agreed-1`, `agreed-2` in the order of their hashes. */
export function agreedLayers(policies: readonly Policy[]): PolicyLayers {
  const sorted = [...new Map(policies.map((policy) => [policy.hash, policy])).entries()].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return layerPolicies(sorted.map(([, policy], i) => ({ layer: `agreed-${i + 1}`, policy })));
}

/** What a state that is over comes to. */
export function resultOf(state: Negotiation): NegotiationResult {
  const { machine, session, conflicts = [], certificate, accepted, own, theirs } = state;
  const named = session === undefined ? {} : { session };
  if (machine.at === 'REJECTED') return { status: 'rejected', ...named, conflicts };
  if (
    machine.at !== 'AGREED' ||
    session === undefined ||
    certificate === undefined ||
    accepted === undefined ||
    own === undefined ||
    theirs === undefined
  )
    return { status: 'aborted', ...named, code: machine.at === 'ABORTED' ? machine.code : 'PNP_FAULT' };
  return {
    status: 'agreed',
    session,
    agreement: accepted.agreement,
    hash: accepted.hash,
    certificate: encodeEnvelope(certificate, { maxBytes: MESSAGE_MAX_BYTES }),
    layers: agreedLayers([loadSent(own), loadSent(theirs)]),
  };
}
