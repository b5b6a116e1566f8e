import { asDid, type Did, type DidDocument, type Envelope, TtpError } from '@ttp/core';
import { multikey, registerKey } from '@ttp/crypto';
import { foldKeyLog, type KeyState, keyId } from './key-log.js';
import { formatDid, parseDid } from './syntax.js';

const DID_CONTEXT = 'https://www.w3.org/ns/did/v1';
const TTP_CONTEXT = 'https://tessorium.io/ns/v1';
const MULTIKEY_CONTEXT = 'https://w3id.org/security/multikey/v1';

/**
 * The document of an identity, derived from its key log and from nothing else (decision D2). It lists the key in force
 * only: what an older key signed needs evidence of its date (flaw.D3).
 *
 * @param keyLog the whole log, verified here
 * @param parents verified documents, among them that of the parent the inception names, if it names one
 * @throws the codes of `foldKeyLog`
 */
export function documentOf(keyLog: readonly Envelope[], parents: readonly DidDocument[] = []): DidDocument {
  return documentOfState(foldKeyLog(keyLog, parents));
}

/** The document that a verified key log stands for. */
export function documentOfState({ did, keys, services }: KeyState): DidDocument {
  const kid = keyId(did, keys.length);
  return {
    '@context': [DID_CONTEXT, TTP_CONTEXT],
    id: did,
    verificationMethod: [
      {
        id: kid,
        type: 'Ed25519VerificationKey2020',
        controller: did,
        publicKeyMultibase: keys.at(-1) ?? keys[0],
      },
    ],
    authentication: [kid],
    assertionMethod: [kid],
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
