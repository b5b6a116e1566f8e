import type { Did, Envelope, Hash, JsonObject, Signer } from '@ttp/core';
import { issuerOf, signEnvelope, verifyEnvelope } from '@ttp/crypto';
import { identityIn, isSame, refuseOthers, refuseWith, sessionIn, wordIn } from './fields.js';
import { requireRecord, type StatementKeys } from './statement.js';

/** What became of a session when both signed. One signed at its opening leaves nobody a way to escape its rating. */
export const INTERACTION_RESULTS = ['opened', 'completed', 'failed'] as const;
export type InteractionResult = (typeof INTERACTION_RESULTS)[number];

/** What two parties state together of one session between them. */
export interface InteractionReceipt {
  /** Id of the envelope: the hash of what both signed. */
  readonly id: Hash;
  /** The name of the session, or of the trace that holds it. */
  readonly session: string;
  /** Two inceptions, in the order of their DIDs. */
  readonly parties: readonly [Did, Did];
  readonly result: InteractionResult;
  /** When it was made, wall clock, ms. */
  readonly at: number;
  /** What it was signed with, by key id. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

const refuse = refuseWith('SCORE_BAD_RECEIPT');

/**
 * The receipt of a session, `ttp/receipt@1`, with the signature of one side; the other adds its own by
 * `cosignEnvelope` of @ttp/crypto. Its id is the hash that attestations name.
 *
 * @param input.session 43 characters of base64url or 32 hexadecimal digits
 * @param input.peer `did:ttp` of the other side
 * @param input.now wall clock, ms
 * @throws SCORE_BAD_RECEIPT with the field, and what the signer throws
 */
export async function signReceipt(input: {
  readonly session: string;
  readonly peer: Did;
  readonly result: InteractionResult;
  readonly signer: Signer;
  readonly now: number;
}): Promise<Envelope<'ttp/receipt@1'>> {
  const { session, peer, result, signer, now } = input;
  const iss = issuerOf(signer);
  const body = { version: '1.0', session, parties: [iss, peer].sort(), result };
  parseReceipt(body, iss);
  return signEnvelope({ type: 'ttp/receipt@1', head: { iss, iat: now }, body, signers: [signer] });
}

/**
 * The receipt in an envelope, once both parties' signatures verified. Two keys of one identity, or one key under two
 * names, are one party and no interaction.
 *
 * @param input the envelope or its canonical text, as hostile as anything from outside
 * @throws SCORE_BAD_RECEIPT with the field, and the codes of `verifyEnvelope`
 */
export function openReceipt(input: Envelope | string, { keyOf }: StatementKeys): InteractionReceipt {
  const { envelope, head } = requireRecord(input, refuse);
  const keys = new Map<string, Uint8Array>();
  const { id, body } = verifyEnvelope(envelope, {
    type: 'ttp/receipt@1',
    parse: (unread) => parseReceipt(unread, head.iss),
    signers: (issued, unread) => ({ all: parseReceipt(unread, issued.iss).parties }),
    keyOf(kid, of) {
      const key = keyOf(kid, of);
      if (key !== undefined) keys.set(kid, key);
      return key;
    },
    now: head.iat,
  });
  return { ...body, id, at: head.iat, keys };
}

function parseReceipt(
  { version, session, parties, result, ...rest }: JsonObject,
  issuer: Did,
): Pick<InteractionReceipt, 'session' | 'parties' | 'result'> {
  refuseOthers(rest, 'body', refuse);
  if (version !== '1.0') throw refuse('body.version');
  if (!Array.isArray(parties) || parties.length !== 2) throw refuse('body.parties');
  const [a, b] = [0, 1].map((i) => identityIn(parties[i], `body.parties[${i}]`, refuse));
  if (a === undefined || b === undefined || !(a < b) || isSame(a, b))
    throw refuse('body.parties', 'not two parties in order');
  if (a !== issuer && b !== issuer) throw refuse('head.iss', 'no party to it');
  return {
    session: sessionIn(session, 'body.session', refuse),
    parties: [a, b],
    result: wordIn(result, INTERACTION_RESULTS, 'body.result', refuse),
  };
}
