import {
  type Clock,
  type Did,
  type Envelope,
  type Hash,
  type JsonObject,
  type Signer,
  TtpError,
} from '@ttp/core';
import { encodeEnvelope, envelopeId, signEnvelope, verifyEnvelope } from '@ttp/crypto';
import * as z from 'zod/mini';
import { STATUS_LIST_MAX_ENTRIES } from '../limits.js';
import { readShape } from '../shape.js';

/** The type of a status list. */
export const STATUS_LIST = 'ttp/status-list@1';

/** The body of a status list: every statement its issuer knows, as signed by whoever made it. */
export type StatusListBody = {
  readonly v: 1;
  /** Grows with every list of this issuer. */
  readonly serial: number;
  /** When the next list is due, ms: after it this one says nothing any more. */
  readonly nextUpdate: number;
  /** Revocations and rulings as canonical text, ordered by id, each once. */
  readonly statements: readonly string[];
};

const statusList = z.strictObject({
  v: z.literal(1),
  serial: z.int().check(z.minimum(1)),
  nextUpdate: z.int().check(z.minimum(0)),
  statements: z.array(z.string()).check(z.maxLength(STATUS_LIST_MAX_ENTRIES)),
});

/**
 * Signs what is known at a time. The list lends no authority: each statement in it counts by its own signatures, and
 * the list says only that there are no others (`readRevocations`).
 *
 * @param list.nextUpdate when the next list is due, ms
 * @throws DID_BAD_REVOCATION, and the codes of `signEnvelope`
 */
export async function signStatusList(list: {
  readonly issuer: Did;
  readonly signer: Signer;
  readonly serial: number;
  readonly nextUpdate: number;
  readonly statements: readonly Envelope[];
  readonly clock: Clock;
}): Promise<Envelope<typeof STATUS_LIST, StatusListBody>> {
  const { issuer: iss, signer, serial, nextUpdate, clock } = list;
  const byId = new Map<Hash, string>();
  for (const statement of list.statements) byId.set(envelopeId(statement), encodeEnvelope(statement));
  const statements = [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  const body = parseStatusList({ v: 1, serial, nextUpdate, statements });
  return signEnvelope({ type: STATUS_LIST, head: { iss, iat: clock.now() }, body, signers: [signer] });
}

/** What a verified status list says. */
export interface StatusList extends StatusListBody {
  readonly id: Hash;
  /** When it was made, ms. */
  readonly at: number;
}

/**
 * Verifies a status list of one issuer. Its statements are still to be read by `readRevocations`.
 *
 * @param options.issuer whose list is expected
 * @param options.after the serial of the last list that was seen: an older one would bring back what was revoked since
 * @param options.now wall clock, ms
 * @throws DID_STATUS_LIST_STALE, DID_BAD_REVOCATION, and the codes of `verifyEnvelope`
 */
export function verifyStatusList(
  input: Envelope | string,
  options: {
    readonly issuer: Did;
    readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
    readonly now: number;
    readonly after?: number;
  },
): StatusList {
  const { issuer, keyOf, now, after = 0 } = options;
  const { id, head, body } = verifyEnvelope(input, {
    type: STATUS_LIST,
    parse: parseStatusList,
    signers: () => ({ all: [issuer] }),
    keyOf,
    now,
  });
  if (head.iss !== issuer) throw refuse('DID_BAD_REVOCATION', 'head.iss', `not ${issuer}`);
  if (body.serial < after) throw refuse('DID_STATUS_LIST_STALE', 'body.serial', `${after} was seen before`);
  if (body.nextUpdate <= now)
    throw refuse('DID_STATUS_LIST_STALE', 'body.nextUpdate', 'the next list was due');
  return { ...body, id, at: head.iat };
}

/** Reads the body of a status list. Throws DID_BAD_REVOCATION. */
function parseStatusList(body: JsonObject): StatusListBody {
  return readShape(statusList, body, 'DID_BAD_REVOCATION');
}

function refuse(
  code: 'DID_BAD_REVOCATION' | 'DID_STATUS_LIST_STALE',
  field: string,
  message: string,
): TtpError {
  return new TtpError(code, `${field}: ${message}`, { field });
}
