import {
  type Did,
  type DidDocument,
  type Envelope,
  type Hash,
  isDid,
  isHash,
  isJsonObject,
  type Json,
  type VerificationMethod,
} from '@ttp/core';
import { decodeEnvelope } from '@ttp/crypto';
import { badArgument } from './arguments.js';

/** An identifier. */
export const didAt = (value: unknown, name: string): Did =>
  typeof value === 'string' && isDid(value) ? value : badArgument(name);

/** A hash, `sha256:` and digits. */
export const hashAt = (value: unknown, name: string): Hash =>
  typeof value === 'string' && isHash(value) ? value : badArgument(name);

/** A list of whatever `read` reads; nothing is an empty one. */
export function listAt<T>(
  value: unknown,
  name: string,
  read: (one: unknown, name: string) => T,
): readonly T[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return badArgument(name);
  return value.map((one: unknown) => read(one, name));
}

/** A key log: its entries as texts. Throws the codes of `decodeEnvelope`. */
export const keyLogAt = (value: unknown, name: string): readonly Envelope[] =>
  listAt(value, name, (text) => (typeof text === 'string' ? decodeEnvelope(text) : badArgument(name)));

/** As much of a DID document as is looked at: its id, its keys, and which of them authenticate. */
export function documentAt(value: Json | undefined, name: string): DidDocument {
  if (!isJsonObject(value)) return badArgument(name);
  const { id, verificationMethod, authentication } = value;
  return {
    '@context': [],
    id: didAt(id, name),
    verificationMethod: listAt(verificationMethod, name, methodAt),
    authentication: listAt(authentication, name, textAt),
  };
}

function methodAt(value: unknown, name: string): VerificationMethod {
  const { id, type, controller, publicKeyMultibase }: Readonly<Record<string, unknown>> = Object(value);
  if (type !== 'Multikey' && type !== 'Ed25519VerificationKey2020') return badArgument(name);
  return {
    id: textAt(id, name),
    type,
    controller: didAt(controller, name),
    publicKeyMultibase: textAt(publicKeyMultibase, name),
  };
}

/** A text. */
export const textAt = (value: unknown, name: string): string =>
  typeof value === 'string' ? value : badArgument(name);
