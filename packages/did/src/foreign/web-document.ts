import {
  type Did,
  type DidDocument,
  type DidService,
  isJsonObject,
  type Json,
  type JsonObject,
  TtpError,
  type VerificationMethod,
} from '@ttp/core';
import { fromMultikey, KEY_ID_MAX_CHARS, registerKey } from '@ttp/crypto';
import { FOREIGN_KEYS_MAX_COUNT, SERVICES_MAX_COUNT } from '../limits.js';
import { isEndpoint } from '../service.js';

const FRAGMENT = /^#[A-Za-z0-9._~-]+$/;

/**
 * What TTP takes of a DID document of the web: its Ed25519 keys, those of them that authenticate, and its services.
 * What is of other kinds is left out, so nothing is ever verified with it; what speaks for somebody else is refused.
 *
 * @param value the document as it was served for `did`
 * @throws DID_BAD_DOCUMENT, CRYPTO_WEAK_KEY; `field` names the member
 */
export function readWebDocument(did: Did, value: JsonObject): DidDocument {
  const { id, verificationMethod, authentication, assertionMethod, service } = value;
  // Whoever serves a document serves its own, not that of another address.
  if (id !== did) throw bad('id', `not ${did}`);
  const methods = listAt(verificationMethod, FOREIGN_KEYS_MAX_COUNT, 'verificationMethod').flatMap(
    (method, i) => readMethod(did, method, `verificationMethod[${i}]`),
  );
  const ids = new Set(methods.map((method) => method.id));
  if (ids.size !== methods.length) throw bad('verificationMethod', 'one id twice');
  const references = (list: Json | undefined, field: string): readonly string[] =>
    listAt(list ?? [], FOREIGN_KEYS_MAX_COUNT, field)
      .map((item) => (typeof item === 'string' && item.startsWith('#') ? `${did}${item}` : item))
      .filter((item) => typeof item === 'string')
      .filter((item) => ids.has(item));
  const kids = references(authentication, 'authentication');
  if (kids.length === 0) throw bad('authentication', 'no Ed25519 key that authenticates');
  const services = listAt(service ?? [], SERVICES_MAX_COUNT, 'service').flatMap((item) =>
    readService(did, item),
  );
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    verificationMethod: methods,
    authentication: kids,
    assertionMethod: references(assertionMethod, 'assertionMethod'),
    ...(services.length === 0 ? {} : { service: services }),
  };
}

function readMethod(did: Did, method: Json, field: string): readonly VerificationMethod[] {
  if (!isJsonObject(method)) throw bad(field, 'not an object');
  const { id, type, controller, publicKeyMultibase: key } = method;
  if (type !== 'Multikey' && type !== 'Ed25519VerificationKey2020') return [];
  if (typeof key !== 'string' || !key.startsWith('z6Mk')) return []; // a Multikey of another kind
  const kid = typeof id === 'string' ? absolute(did, id) : undefined;
  if (kid === undefined) throw bad(`${field}.id`, 'not an id of this document');
  if (controller !== did) throw bad(`${field}.controller`, 'controlled by somebody else');
  registerKey(readKey(key, `${field}.publicKeyMultibase`));
  return [{ id: kid, type, controller: did, publicKeyMultibase: key }];
}

function readKey(key: string, field: string): Uint8Array {
  try {
    return fromMultikey(key);
  } catch (cause) {
    throw new TtpError('DID_BAD_DOCUMENT', `${field}: not a Multikey`, { field, cause });
  }
}

/** An endpoint that TTP does not understand is none to connect to. */
function readService(did: Did, service: Json): readonly DidService[] {
  if (!isJsonObject(service)) return [];
  const { id, type, serviceEndpoint } = service;
  const url = typeof id === 'string' ? absolute(did, id) : undefined;
  if (url === undefined || typeof type !== 'string' || typeof serviceEndpoint !== 'string') return [];
  return isEndpoint(serviceEndpoint) ? [{ id: url, type, serviceEndpoint }] : [];
}

/** The absolute form of an id within the document; undefined for one of another. */
function absolute(did: Did, id: string): string | undefined {
  const fragment = id.startsWith(`${did}#`) ? id.slice(did.length) : id;
  return FRAGMENT.test(fragment) && did.length + fragment.length <= KEY_ID_MAX_CHARS
    ? `${did}${fragment}`
    : undefined;
}

function listAt(value: Json | undefined, most: number, field: string): readonly Json[] {
  if (!isList(value) || value.length > most) throw bad(field, `not a list of at most ${most}`);
  return value;
}

/** `Array.isArray` does not narrow read-only arrays. */
const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

const bad = (field: string, message: string): TtpError =>
  new TtpError('DID_BAD_DOCUMENT', `${field}: ${message}`, { field });
