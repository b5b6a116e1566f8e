import { asDid, type Did, type DidDocument, type Envelope, type Hash, TtpError } from '@ttp/core';
import { multikey, registerKey } from '@ttp/crypto';
import { keyId } from './entry.js';
import { foldKeyLog } from './key-log.js';
import { contextOf, type KeyState } from './key-state.js';
import { formatDid, parseDid } from './syntax.js';

const DID_CONTEXT = 'https://www.w3.org/ns/did/v1';
const TTP_CONTEXT = 'https://tessorium.io/ns/v1';
const MULTIKEY_CONTEXT = 'https://w3id.org/security/multikey/v1';

/**
 * The document of an identity, derived from its key log and from nothing else (decision D2). It lists the key in force
 * only: what an older key signed needs evidence of its date (flaw.D3).
 *
 * @param keyLog the whole log, verified here
 * @param others verified documents, among them those of the parent and of the guardians that signed
 * @param settled ids of the recoveries whose delay has passed without a veto; a resolver knows them
 * @throws DID_DEACTIVATED, and the codes of `foldKeyLog`
 */
export function documentOf(
  keyLog: readonly Envelope[],
  others: readonly DidDocument[] = [],
  settled: readonly Hash[] = [],
): DidDocument {
  return documentOfState(foldKeyLog(keyLog, contextOf(others, settled)));
}

/**
 * The document that a verified key log stands for.
 *
 * @param datedBefore a time before which something is proved to have been signed, ms: the keys are listed as well that
 *   were retired later than that (flaw.D3)
 * @throws DID_DEACTIVATED
 */
export function documentOfState(state: KeyState, datedBefore?: number): DidDocument {
  const { did, keys, retiredAt, services } = state;
  const listed = keys
    .map((publicKeyMultibase, i) => ({ id: keyId(did, i + 1), publicKeyMultibase, until: retiredAt[i] }))
    .filter(({ until }) => until === undefined || (datedBefore !== undefined && datedBefore <= until))
    .toReversed();
  if (listed.length === 0) throw new TtpError('DID_DEACTIVATED', `${did} is terminated`, { field: 'did' });
  const kids = listed.map(({ id }) => id);
  return {
    '@context': [DID_CONTEXT, TTP_CONTEXT],
    id: did,
    verificationMethod: listed.map(({ id, publicKeyMultibase }) => ({
      id,
      type: 'Ed25519VerificationKey2020',
      controller: did,
      publicKeyMultibase,
    })),
    authentication: kids,
    assertionMethod: kids,
    ...(services.length === 0
      ? {}
      : {
          service: services.map(({ id, type, serviceEndpoint }) => ({
            id: `${did}${id}`,
            type,
            serviceEndpoint,
          })),
        }),
  };
}

/**
 * The `did:key` of an Ed25519 public key of 32 bytes.
 *
 * @throws DID_BAD_KEY
 */
export function didKey(publicKey: Uint8Array): Did {
  return asDid(formatDid({ method: 'key', publicKey }));
}

/**
 * The document that a `did:key` stands for, with the one key it names. It needs no storage: the identifier is the key.
 *
 * @throws DID_UNKNOWN_METHOD for another method, the codes of `parseDid`, and CRYPTO_WEAK_KEY for a key that would
 *   verify what its holder never signed
 */
export function didKeyDocument(did: Did): DidDocument {
  const parsed = parseDid(did);
  if (parsed.method !== 'key') throw new TtpError('DID_UNKNOWN_METHOD', 'not a did:key', { field: 'method' });
  registerKey(parsed.publicKey);
  const publicKeyMultibase = multikey(parsed.publicKey);
  const kid = `${did}#${publicKeyMultibase}`;
  return {
    '@context': [DID_CONTEXT, MULTIKEY_CONTEXT],
    id: did,
    verificationMethod: [{ id: kid, type: 'Multikey', controller: did, publicKeyMultibase }],
    authentication: [kid],
    assertionMethod: [kid],
  };
}
