import { type Did, isDid, type JsonObject, TtpError } from '@ttp/core';
import {
  createReplayGuard,
  decodeEnvelope,
  fromMultikey,
  hex,
  isEnvelopeType,
  multikey,
  type SignersRule,
  verifyEnvelope,
} from '@ttp/crypto';
import { didKeyDocument, documentOf, formatDid, type ParsedDid, parseDid } from '@ttp/did';
import { type Arguments, badArgument, hexBytes, object, text, texts, time } from '../arguments.js';
import type { Operation } from '../protocol.js';
import { verdict } from '../verdict.js';

/** Envelopes, identifiers, key logs. */
export const IDENTITY_OPERATIONS: Readonly<Record<string, Operation>> = {
  'envelope.verify'(args) {
    const input = text(args, 'text');
    const type = text(args, 'type');
    const keys = new Map(Object.entries(object(args, 'keys')).map(([kid, key]) => [kid, keyAt(key)]));
    const rule = signersOf(args);
    const reader = args.get('audience') === undefined ? undefined : readerOf(text(args, 'audience'));
    const now = time(args, 'now');
    return verdict(() => {
      if (!isEnvelopeType(type)) throw new TtpError('CRYPTO_PURPOSE_UNKNOWN', `no type ${type}`);
      // Each line stands alone: whoever a message is for reads it, unless the line says who does, for the first time.
      const aud = reader ?? decodeEnvelope(input).head.aud;
      const { id } = verifyEnvelope(input, {
        type,
        parse: (body) => body,
        keyOf: (kid) => keys.get(kid),
        now,
        replay: createReplayGuard({ bootAt: 0 }),
        ...(rule === undefined ? {} : { signers: () => rule }),
        ...(aud === undefined ? {} : { audience: aud }),
      });
      return { id };
    });
  },
  'did.parse'(args) {
    const parsed = parseDid(text(args, 'did'));
    return { method: parsed.method, ...partsOf(parsed), canonical: formatDid(parsed) };
  },
  'did.key'(args) {
    const did = text(args, 'did');
    const parsed = parseDid(did);
    if (parsed.method !== 'key' || !isDid(did)) throw new TtpError('DID_UNKNOWN_METHOD', 'not a did:key');
    const [key] = didKeyDocument(did).verificationMethod;
    return { publicKey: hex(key === undefined ? parsed.publicKey : fromMultikey(key.publicKeyMultibase)) };
  },
  'did.log'(args) {
    const { verificationMethod, service, ...document } = documentOf(
      texts(args, 'entries').map((entry) => decodeEnvelope(entry)),
    );
    return {
      ...document,
      verificationMethod: verificationMethod.map((method) => ({ ...method })),
      ...(service === undefined ? {} : { service: service.map((one) => ({ ...one })) }),
    };
  },
};

const readerOf = (did: string): Did => (isDid(did) ? did : badArgument('audience'));

const keyAt = (key: unknown): Uint8Array =>
  typeof key === 'string' ? hexBytes(key, 'keys') : badArgument('keys');

/** Undefined: the issuer alone signs. */
function signersOf(args: Arguments): SignersRule | undefined {
  if (args.get('signers') === undefined) return undefined;
  const { all, of, atLeast } = object(args, 'signers');
  if (all !== undefined && of === undefined) return { all: dids(all) };
  if (of === undefined || all !== undefined || typeof atLeast !== 'number') return badArgument('signers');
  return { of: dids(of), atLeast };
}

function dids(list: unknown): readonly Did[] {
  if (!Array.isArray(list)) return badArgument('signers');
  return list.map((did: unknown) => (typeof did === 'string' && isDid(did) ? did : badArgument('signers')));
}

/** What each form has, under the names that all forms share. */
function partsOf(parsed: ParsedDid): JsonObject {
  switch (parsed.method) {
    case 'ttp':
      return { type: parsed.type, identifier: parsed.scid };
    case 'tessorium':
      return { type: parsed.type, identifier: parsed.identifier, version: parsed.version };
    case 'service':
      return { type: 'service', provider: parsed.provider, identifier: parsed.name, version: parsed.version };
    case 'isnad':
      return { identifier: parsed.hex };
    case 'key':
      return { identifier: multikey(parsed.publicKey) };
    case 'web':
    default:
      return { identifier: [parsed.host, ...parsed.path].join(':') };
  }
}
