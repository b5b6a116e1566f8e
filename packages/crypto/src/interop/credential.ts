import { isJsonObject, type Json, type JsonObject, type Signer, TtpError } from '@ttp/core';
import { plainCopy } from '../json/plain.js';
import { signIntegrity, timeAt, type VerifyIntegrityOptions, verifyIntegrity } from './integrity.js';
import { isList, malformed, objectAt } from './refuse.js';

/** The first context of every credential of version 2.0. */
const CONTEXT = 'https://www.w3.org/ns/credentials/v2';

/** What {@link issueCredential} signs. */
export interface IssueCredentialInput {
  /** A W3C Verifiable Credential 2.0 without proof, whose issuer is the DID of the signer's key id. */
  readonly credential: JsonObject;
  /** Its key carries `vc-eddsa-jcs`. */
  readonly signer: Signer;
  /** Time of the proof, ms. */
  readonly created: number;
}

/**
 * Issues an attestation as a W3C Verifiable Credential 2.0, secured by an `eddsa-jcs-2022` proof.
 *
 * @throws CRYPTO_FOREIGN_SHAPE for what readers would refuse, CRYPTO_FOREIGN_ISSUER for another issuer than the
 *   signer, CRYPTO_JSON_NOT_PLAIN, CRYPTO_PURPOSE_NOT_ALLOWED, CRYPTO_SIGNATURE_FAILED
 */
export async function issueCredential(input: IssueCredentialInput): Promise<JsonObject> {
  const credential = objectAt(plainCopy(input.credential), '');
  requireIssuer(readCredential(credential).issuer, input.signer.kid);
  return signIntegrity({ document: credential, signer: input.signer, created: input.created });
}

/** What a credential says, once it verified. */
export interface VerifiedCredential {
  /** What was signed: without the proof. Its `credentialStatus`, if it has one, is still to be looked up. */
  readonly credential: JsonObject;
  readonly issuer: string;
  readonly verificationMethod: string;
}

/**
 * Verifies a W3C Verifiable Credential 2.0 with an `eddsa-jcs-2022` proof: its proof, that the key belongs to its
 * issuer, and that it is valid now. Revocation is the reader's to look up.
 *
 * @param text the credential as it was received
 * @throws CRYPTO_FOREIGN_ISSUER for a key of somebody else than the issuer, CRYPTO_FOREIGN_EXPIRED before `validFrom`
 *   and from `validUntil` on, and the codes of {@link verifyIntegrity}
 */
export function verifyCredential(
  text: Uint8Array | string,
  options: VerifyIntegrityOptions,
): VerifiedCredential {
  const { document, verificationMethod } = verifyIntegrity(text, options);
  const { issuer, validFrom, validUntil } = readCredential(document);
  requireIssuer(issuer, verificationMethod);
  if (options.now < (validFrom ?? options.now)) throw expired('validFrom');
  if (validUntil !== undefined && options.now >= validUntil) throw expired('validUntil');
  return { credential: document, issuer, verificationMethod };
}

/** Everybody can sign with a key of his own; only the issuer's counts. */
function requireIssuer(issuer: string, verificationMethod: string): void {
  if (verificationMethod.startsWith(`${issuer}#`)) return;
  throw new TtpError('CRYPTO_FOREIGN_ISSUER', `${verificationMethod} is no key of ${issuer}`, {
    field: 'issuer',
  });
}

/** The members of a credential that say whose it is and when it is good (W3C VC Data Model 2.0, section 4). */
function readCredential(document: JsonObject): {
  readonly issuer: string;
  readonly validFrom: number | undefined;
  readonly validUntil: number | undefined;
} {
  const context = document['@context'];
  if (!isList(context) || context[0] !== CONTEXT) throw malformed('@context');
  const type = document['type'];
  if (type !== 'VerifiableCredential' && !(isList(type) && type.includes('VerifiableCredential')))
    throw malformed('type');
  const subject = document['credentialSubject'];
  const subjects = isList(subject) ? subject : [subject];
  if (subjects.length === 0 || !subjects.every((one) => isJsonObject(one)))
    throw malformed('credentialSubject');
  const { validFrom, validUntil } = document;
  return {
    issuer: issuerOf(document['issuer']),
    validFrom: validFrom === undefined ? undefined : timeAt(validFrom, 'validFrom'),
    validUntil: validUntil === undefined ? undefined : timeAt(validUntil, 'validUntil'),
  };
}

/** The issuer, who stands there as a URL or as an object with an `id`. */
function issuerOf(value: Json | undefined): string {
  const issuer = isJsonObject(value) ? value['id'] : value;
  if (typeof issuer === 'string' && issuer !== '') return issuer;
  throw malformed('issuer');
}

const expired = (field: string): TtpError =>
  new TtpError('CRYPTO_FOREIGN_EXPIRED', `not valid at this time: ${field}`, { field });
