import { memory } from '@ttp/adapters/memory';
import { type Did, type DidDocument, isDid, type Json, type JsonObject, TtpError } from '@ttp/core';
import {
  createReplayGuard,
  decodeEnvelope,
  envelopeId,
  fromMultikey,
  hex,
  isEnvelopeType,
  multikey,
  type SignersRule,
  verifyEnvelope,
} from '@ttp/crypto';
import {
  challengeMachine,
  createNameRegistry,
  didKeyDocument,
  didOf,
  documentOf,
  formatDid,
  memoryResolver,
  type ParsedDid,
  parseDid,
  poseChallenge,
  type RevocationContext,
  revocationStatus,
  verifyRevocation,
} from '@ttp/did';
import { type Arguments, badArgument, json, object, text, texts, time } from '../arguments.js';
import { foreignKey, named } from '../foreign-keys.js';
import { didAt, documentAt, hashAt, keyLogAt, listAt, textAt } from '../identity-arguments.js';
import type { Operation } from '../protocol.js';
import { verdict } from '../verdict.js';

/** Envelopes, identifiers, key logs, names, revocations. */
export const IDENTITY_OPERATIONS: Readonly<Record<string, Operation>> = {
  'envelope.verify'(args) {
    const input = text(args, 'text');
    const type = text(args, 'type');
    const keys = new Map(Object.entries(object(args, 'keys')).map(([kid, key]) => [kid, keyAt(key)]));
    const rule = signersOf(args);
    const audience = args.get('audience');
    const reader = audience === undefined || audience === null ? undefined : readerOf(text(args, 'audience'));
    const now = time(args, 'now');
    return verdict(() => {
      if (!isEnvelopeType(type)) throw new TtpError('CRYPTO_PURPOSE_UNKNOWN', `no type ${type}`);
      // Each line stands alone: whoever a message is for reads it for the first time, unless the line says who does,
      // or by null that nobody in particular does.
      const aud = reader ?? (audience === null ? undefined : decodeEnvelope(input).head.aud);
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
  'did.inception': (args) => ({ did: didOf(object(args, 'body')) }),
  'did.log'(args) {
    const entries = texts(args, 'entries').map((entry) => decodeEnvelope(entry));
    const others = [
      ...listAt(args.get('others'), 'others', keyLogAt).map((log) => documentOf(log)),
      ...listAt(args.get('guardians'), 'guardians', didAt).map((did) => didKeyDocument(did)),
    ];
    return documentJson(documentOf(entries, others, listAt(args.get('settled'), 'settled', hashAt)));
  },
  'challenge.verify'(args) {
    const posed = decodeEnvelope(text(args, 'challenge'));
    const { iss, iat, nonce, aud } = posed.head;
    const [response, verifierKey, now] = [
      text(args, 'response'),
      text(args, 'verifierKey'),
      time(args, 'now'),
    ];
    const document = documentAt(json(args, 'document'), 'document');
    if (nonce === undefined || aud === undefined) return badArgument('challenge');
    return verdict(() => {
      const challenge = { id: envelopeId(posed), nonce, verifier: iss, verifierKey, prover: aud };
      const replay = createReplayGuard({ bootAt: 0 });
      const event = { type: 'response', now, response, document, replay } as const;
      const [identity] = challengeMachine.step(poseChallenge(challenge, iat), event).out;
      if (identity === undefined) throw new TtpError('DID_CHALLENGE_EXPIRED', 'not answered in time');
      return { identity: { ...identity } };
    });
  },
  async 'name.claim'(args) {
    const resolver = memoryResolver();
    for (const log of listAt(args.get('keyLogs'), 'keyLogs', keyLogAt)) await resolver.add(log);
    const operators = listAt(args.get('operators'), 'operators', didAt);
    const clock = { now: () => 0, monotonic: () => 0 };
    const registry = createNameRegistry({ log: memory().log('names'), resolver, operators, clock });
    const claims = texts(args, 'claims');
    let did: Did | undefined;
    for (const claim of claims) ({ did } = await registry.claim(claim));
    return did === undefined ? badArgument('claims') : { did };
  },
  'revocation.status'(args) {
    const keys = multikeys(object(args, 'keys'));
    const above = object(args, 'ancestors');
    const { of, atLeast } = object(args, 'authorities');
    if (typeof atLeast !== 'number') return badArgument('authorities');
    const ancestorsOf = (did: Did): readonly Did[] => listAt(named(above, did), 'ancestors', didAt);
    const context: RevocationContext = {
      keyOf: (kid) => keys.get(kid),
      ancestorsOf,
      authorities: { of: listAt(of, 'authorities', didAt), atLeast },
    };
    const subject = didAt(args.get('subject'), 'subject');
    const known = texts(args, 'statements').map((one) => verifyRevocation(one, context));
    const { state, by, until } = revocationStatus(
      { did: subject, ancestors: ancestorsOf(subject) },
      known,
      time(args, 'at'),
    );
    return { state, by: by.map(({ id }) => id), ...(until === undefined ? {} : { until }) };
  },
};

const multikeys = (keys: JsonObject): ReadonlyMap<string, Uint8Array> =>
  new Map(Object.entries(keys).map(([kid, key]) => [kid, fromMultikey(textAt(key, 'keys'))]));

const documentJson = ({ verificationMethod, service, ...document }: DidDocument): JsonObject => ({
  ...document,
  verificationMethod: verificationMethod.map((method) => ({ ...method })),
  ...(service === undefined ? {} : { service: service.map((one) => ({ ...one })) }),
});

const readerOf = (did: string): Did => (isDid(did) ? did : badArgument('audience'));

/** An Ed25519 key: bytes, or a Multikey. */
const keyAt = (key: Json): Uint8Array => {
  const { kind, publicKey } = foreignKey(key, 'keys');
  return kind === 'Ed25519' ? publicKey : badArgument('keys');
};

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
