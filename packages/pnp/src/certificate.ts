import {
  asDid,
  type Did,
  type Envelope,
  type Hash,
  isDid,
  isHash,
  isJsonObject,
  type Json,
  type JsonObject,
} from '@ttp/core';
import { canonicalize, hashBytes, hashJson, parseJson, utf8, verifyEnvelope } from '@ttp/crypto';
import { LANGUAGE_VERSION, type Policy } from '@ttp/spl';
import * as z from 'zod/mini';
import { type Agreement, agreementHash, agreementOf, agreementText, meet } from './agreement.js';
import { fail } from './fail.js';
import { sortedSet } from './fields.js';
import { AGREEMENT_MAX_LAYERS, MESSAGE_MAX_BYTES } from './limits.js';
import { isSession, type PolicyText, type Unsigned } from './message.js';
import { policyOf } from './policies.js';

/** The type of the envelope that proves an agreement. */
export const AGREEMENT = 'ttp/agreement@1';

/** What a certificate says. */
export interface CertificateBody {
  readonly v: 1;
  readonly session: string;
  readonly initiator: Did;
  readonly responder: Did;
  /** Wall clock at which the negotiation would have been over, ms. */
  readonly deadline: number;
  readonly agreement: PolicyText;
  /** Of the ids of all messages from the offer to the acceptance. */
  readonly transcript: Hash;
}

/** An agreement whose certificate verified. */
export interface VerifiedAgreement {
  /** Id of the certificate. */
  readonly id: Hash;
  readonly session: string;
  readonly initiator: Did;
  readonly responder: Did;
  /** When the acceptance was signed: wall clock of who accepted, ms. */
  readonly at: number;
  readonly agreement: Agreement;
  /** Of the agreement. */
  readonly hash: Hash;
  readonly transcript: Hash;
  /** The policies of the layers, in their order; empty where no texts were given. */
  readonly policies: readonly Policy[];
}

/** Verifies an envelope: `verifyEnvelope` of @ttp/crypto, or what stands in for it where a simulation has no time for keys. */
export type Open = typeof verifyEnvelope;

/** How a certificate is verified. */
export interface VerifyAgreementOptions {
  /** The public key of a key id, as for `verifyEnvelope`. */
  readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
  /** Wall clock, ms. */
  readonly now: number;
  /** The texts of both policies: then it is shown that the agreement is their meet, and they come back loaded. */
  readonly policies?: readonly string[];
  /** The ids of all messages from the offer to the acceptance: then it is shown that they were agreed on. */
  readonly messages?: readonly Hash[];
  readonly open?: Open;
}

/**
 * Verifies the certificate of an agreement, offline: both parties signed the same agreement and the same messages.
 *
 * @param input the envelope, or its canonical text or bytes
 * @throws the codes of `verifyEnvelope`; PNP_BAD_CERTIFICATE for a malformed one or texts of other policies;
 *   PNP_DOWNGRADE where the agreement is not the meet of the policies; PNP_TRANSCRIPT for other messages; the codes of
 *   `loadPolicy`
 */
export function verifyAgreement(
  input: Envelope | Uint8Array | string,
  { keyOf, now, policies, messages, open = verifyEnvelope }: VerifyAgreementOptions,
): VerifiedAgreement {
  const { id, head, body } = open(input, {
    type: AGREEMENT,
    parse: readCertificate,
    signers: (_, unverified) => ({ all: partiesOf(unverified) }),
    keyOf,
    now,
    maxBytes: MESSAGE_MAX_BYTES,
  });
  const { session, initiator, responder, transcript } = body;
  if (head.iss !== initiator) fail('PNP_BAD_CERTIFICATE', 'issued by the initiator', 'head.iss');
  const agreement = readAgreement(body.agreement);
  if (messages !== undefined && transcriptOf(messages) !== transcript)
    fail('PNP_TRANSCRIPT', 'covers other messages', 'body.transcript');
  return {
    id,
    session,
    initiator,
    responder,
    at: head.iat,
    agreement,
    hash: body.agreement.hash,
    transcript,
    policies: policies === undefined ? [] : layersOf(agreement, policies),
  };
}

/** The hash of all messages of a negotiation: of their ids in order, each of which names the one before. */
export const transcriptOf = (messages: readonly Hash[]): Hash => hashJson([...messages]);

/** The certificate that both sides sign; it follows from the messages, so both make the same one. */
export function certificateOf(
  input: Omit<CertificateBody, 'v' | 'agreement'> & {
    readonly agreement: Agreement;
    /** Of the acceptance, ms. */
    readonly at: number;
  },
): Unsigned {
  const { agreement, at, ...rest } = input;
  const carried = { hash: agreementHash(agreement), text: agreementText(agreement) };
  return {
    type: AGREEMENT,
    head: { iss: input.initiator, iat: at },
    body: { v: 1, ...rest, agreement: carried },
  };
}

/** Who has to sign: two, or the rule of signers has nobody in it and refuses. */
function partiesOf({ initiator, responder }: JsonObject): readonly Did[] {
  if (typeof initiator !== 'string' || typeof responder !== 'string' || initiator === responder) return [];
  return isDid(initiator) && isDid(responder) ? [initiator, responder] : [];
}

let built: ReturnType<typeof build> | undefined;

/** Made when the first certificate is read. */
function build() {
  const hash = z.string().check(z.refine(isHash));
  return z.strictObject({
    v: z.literal(1),
    session: z.string().check(z.refine(isSession)),
    initiator: z.string(),
    responder: z.string(),
    deadline: z.int().check(z.minimum(0)),
    agreement: z.strictObject({ hash, text: z.string() }),
    transcript: hash,
  });
}

function readCertificate(body: JsonObject): CertificateBody {
  built ??= build();
  const result = z.safeParse(built, body);
  if (!result.success) return fail('PNP_BAD_CERTIFICATE', 'not a certificate', 'body');
  const { v, session, initiator, responder, deadline, agreement, transcript } = result.data;
  if (!isHash(agreement.hash) || !isHash(transcript))
    return fail('PNP_BAD_CERTIFICATE', 'not a hash', 'body');
  const carried = { hash: agreement.hash, text: agreement.text };
  const [asker, answerer] = [asDid(initiator), asDid(responder)];
  return { v, session, initiator: asker, responder: answerer, deadline, agreement: carried, transcript };
}

/** Reads the text of an agreement: canonical, with the hash beside it, every member known. Throws PNP_BAD_CERTIFICATE, SPL_*. */
function readAgreement({ hash, text }: PolicyText): Agreement {
  if (hashBytes(utf8(text)) !== hash) fail('PNP_BAD_CERTIFICATE', 'another hash', 'body.agreement.hash');
  const json = parseJson(text, { maxBytes: MESSAGE_MAX_BYTES });
  const { layers: listed, requirements, offers } = isJsonObject(json) ? json : {};
  const layers = (Array.isArray(listed) ? listed : []).flatMap((one: Json) =>
    typeof one === 'string' && isHash(one) ? [one] : [],
  );
  if (
    layers.length === 0 ||
    layers.length > AGREEMENT_MAX_LAYERS ||
    !isJsonObject(requirements) ||
    !isJsonObject(offers)
  )
    return fail('PNP_BAD_CERTIFICATE', 'not an agreement', 'body.agreement.text');
  // Requirements and offers are read as those of a policy are: by loading one that has them and permits nothing.
  const rules = [{ id: 'none', effect: 'deny' }];
  const { requirements: required, offers: offered } = agreementOf(
    policyOf(canonicalize({ version: LANGUAGE_VERSION, requirements, offers, rules })),
  );
  const agreement = { layers: sortedSet(layers), requirements: required, offers: offered };
  // One text for one agreement: sorted lists, nothing twice, no member beside these.
  if (agreementText(agreement) !== text)
    fail('PNP_BAD_CERTIFICATE', 'not in the one form of an agreement', 'body.agreement.text');
  return agreement;
}

function layersOf(agreement: Agreement, texts: readonly string[]): readonly Policy[] {
  const given = new Map(texts.map(policyOf).map((policy) => [policy.hash, policy]));
  const policies = agreement.layers.flatMap((hash) => given.get(hash) ?? []);
  if (policies.length !== agreement.layers.length || given.size !== policies.length)
    fail('PNP_BAD_CERTIFICATE', 'the texts are not those of the layers', 'policies');
  const [first, ...rest] = policies.map(agreementOf);
  let whole = first;
  for (const layer of rest) whole = whole === undefined ? undefined : meet(whole, layer).agreement;
  if (whole === undefined || agreementText(whole) !== agreementText(agreement))
    fail('PNP_DOWNGRADE', 'not the meet of its layers', 'body.agreement.text');
  return policies;
}
