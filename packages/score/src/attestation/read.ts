import { type Envelope, type ErrorCode, type Hash, isTtpError, TtpError } from '@ttp/core';
import { decodeEnvelope, encodeEnvelope, type UnverifiedEnvelope } from '@ttp/crypto';
import { STATEMENTS_MAX } from '../limits.js';
import { type Attestation, readAttestation } from './attestation.js';
import { type InteractionReceipt, openReceipt } from './receipt.js';
import { openRetraction, type Retraction } from './retraction.js';
import { openShare, type ShareChoice } from './share.js';
import type { StatementKeys } from './statement.js';
import { openVouch, type Vouch, type VouchContext } from './vouch.js';

/** One thing that was said of reputation, after it verified. */
export type Statement = Attestation | Retraction | ShareChoice | Vouch;

/** A statement, and when a log took it in. */
export interface StatedAt {
  readonly statement: Statement;
  /** Wall clock of the log, ms; of the issuer, where no log has it. */
  readonly at: number;
}

/** What there is to read: an envelope as it came, and when a log took it in, where one has it. */
export interface Stated {
  readonly envelope: Envelope | string;
  readonly at?: number;
}

/** What did not count, and why. */
export interface Ignored {
  /** Where it stood in the input. */
  readonly index: number;
  readonly code: ErrorCode;
  readonly field?: string;
}

/** What {@link readStatements} made of a heap of envelopes. */
export interface ReadStatements {
  readonly stated: readonly StatedAt[];
  readonly receipts: ReadonlyMap<Hash, InteractionReceipt>;
  readonly ignored: readonly Ignored[];
}

/** What statements are read with. */
export interface ReadContext extends VouchContext {
  /** A receipt that is not among the envelopes, by its id: whoever answers has verified it. */
  readonly receiptOf?: (id: Hash) => InteractionReceipt | undefined;
  /** Wall clock, ms. */
  readonly now: number;
}

/**
 * Takes of a heap of envelopes what counts: receipts first, since attestations need them. What is forged, malformed or
 * out of place is left out and reported; it changes nothing about the others.
 *
 * @throws SCORE_TOO_MANY_ATTESTATIONS, and what the roster throws
 */
export async function readStatements(
  inputs: readonly Stated[],
  context: ReadContext,
): Promise<ReadStatements> {
  if (inputs.length > STATEMENTS_MAX)
    throw new TtpError('SCORE_TOO_MANY_ATTESTATIONS', `${inputs.length} statements`, { field: 'inputs' });
  const ignored: Ignored[] = [];
  const attempt = async <T>(index: number, read: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!isTtpError(error)) throw error;
      const { code, field } = error;
      ignored.push({ index, code, ...(field === undefined ? {} : { field }) });
      return undefined;
    }
  };

  const decoded: { readonly index: number; readonly envelope: UnverifiedEnvelope; readonly at?: number }[] =
    [];
  const receipts = new Map<Hash, InteractionReceipt>();
  for (const [index, { envelope: input, ...rest }] of inputs.entries()) {
    const envelope = await attempt(index, () =>
      decodeEnvelope(typeof input === 'string' ? input : encodeEnvelope(input)),
    );
    if (envelope === undefined) continue;
    if (envelope.type === 'ttp/receipt@1') {
      const receipt = await attempt(index, () => openReceipt(envelope, context));
      if (receipt !== undefined) receipts.set(receipt.id, receipt);
    } else decoded.push({ index, envelope, ...rest });
  }
  const { receiptOf } = context;
  const attestations = { ...context, receiptOf: (id: Hash) => receipts.get(id) ?? receiptOf?.(id) };
  const stated: StatedAt[] = [];
  for (const { index, envelope, at = envelope.head.iat } of decoded) {
    const statement = await attempt(index, () => readOne(envelope, attestations));
    if (statement !== undefined) stated.push({ statement, at });
  }
  return { stated, receipts, ignored: ignored.sort((a, b) => a.index - b.index) };
}

function readOne(
  envelope: UnverifiedEnvelope,
  context: VouchContext & Parameters<typeof readAttestation>[1] & StatementKeys,
): Statement | Promise<Statement> {
  const { type } = envelope;
  if (type === 'ttp/attestation@1') return readAttestation(envelope, context);
  if (type === 'ttp/attestation-retraction@1') return openRetraction(envelope, context);
  if (type === 'ttp/reputation-share@1') return openShare(envelope, context);
  if (type === 'ttp/vouch@1') return openVouch(envelope, context);
  throw new TtpError('SCORE_UNKNOWN_STATEMENT', `${type} is no statement`, { field: 'type' });
}
