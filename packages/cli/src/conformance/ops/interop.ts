import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { hex } from '@ttp/crypto';
import {
  type DsseKey,
  type ForeignKey,
  verifyAgentCard,
  verifyCose,
  verifyCredential,
  verifyDsse,
  verifyIntegrity,
  verifyJws,
} from '@ttp/crypto/interop';
import {
  type Arguments,
  badArgument,
  bytes,
  integer,
  json,
  object,
  text,
  texts,
  time,
} from '../arguments.js';
import { foreignKey, named } from '../foreign-keys.js';
import type { Operation } from '../protocol.js';
import { verdict } from '../verdict.js';

/** What other systems sign. */
export const INTEROP_OPERATIONS: Readonly<Record<string, Operation>> = {
  'dataintegrity.verify'(args) {
    const [input, key] = [text(args, 'text'), text(args, 'publicKeyMultibase')];
    const now = timeOrEnd(args);
    return verdict(() => {
      const known = foreignKey(key, 'publicKeyMultibase');
      const { verificationMethod } = verifyIntegrity(input, { keyOf: () => known, now });
      return { verificationMethod };
    });
  },
  'a2acard.verify'(args) {
    const input = text(args, 'text');
    const keys = keyset(object(args, 'keys'));
    return verdict(() => ({ kids: verifyAgentCard(input, { keyOf: (kid) => knownKey(keys, kid) }).kids }));
  },
  'credential.verify'(args) {
    const [input, keys, now] = [text(args, 'text'), object(args, 'keys'), timeOrEnd(args)];
    return verdict(() => {
      const options = { keyOf: (method: string) => knownKey(keys, method), now };
      const { issuer, verificationMethod } = verifyCredential(input, options);
      return { issuer, verificationMethod };
    });
  },
  'jws.verify'(args) {
    const [jws, key] = [text(args, 'text'), json(args, 'key')];
    const typ = args.get('typ') === undefined || args.get('typ') === null ? null : text(args, 'typ');
    const known = optional(args, 'kid', text);
    const detached = optional(args, 'payload', bytes);
    return verdict(() => {
      const { payload, kid } = verifyJws(jws, {
        typ,
        keyOf: (one) => (known === undefined || one === known ? foreignKey(key, 'key') : undefined),
        ...(detached === undefined ? {} : { payload: detached }),
      });
      return { payload: hex(payload), ...(kid === undefined ? {} : { kid }) };
    });
  },
  'cose.verify'(args) {
    const [message, key] = [bytes(args, 'message'), json(args, 'key')];
    const known = optional(args, 'kid', bytes);
    const externalAad = optional(args, 'externalAad', bytes);
    const detached = optional(args, 'payload', bytes);
    return verdict(() => {
      const { payload, kid, contentType } = verifyCose(message, {
        keyOf: (one) =>
          known === undefined || (one !== undefined && hex(one) === hex(known))
            ? foreignKey(key, 'key')
            : undefined,
        ...(externalAad === undefined ? {} : { externalAad }),
        ...(detached === undefined ? {} : { payload: detached }),
      });
      return {
        payload: hex(payload),
        ...(kid === undefined ? {} : { kid: hex(kid) }),
        ...(contentType === undefined ? {} : { contentType }),
      };
    });
  },
  'dsse.verify'(args) {
    const input = text(args, 'text');
    const listed = json(args, 'keys');
    if (!Array.isArray(listed)) return badArgument('keys');
    const [threshold, payloadTypes] = [integer(args, 'threshold'), texts(args, 'payloadTypes')];
    return verdict(() => {
      const keys = listed.map(dsseKey);
      const { payload, payloadType, kids } = verifyDsse(input, { keys, threshold, payloadTypes });
      return { payload: hex(payload), payloadType, kids };
    });
  },
};

/** Without a time, what ends has ended. */
const timeOrEnd = (args: Arguments): number =>
  args.get('now') === undefined ? Number.MAX_SAFE_INTEGER : time(args, 'now');

const optional = <T>(
  args: Arguments,
  name: string,
  read: (args: Arguments, name: string) => T,
): T | undefined => (args.get(name) === undefined ? undefined : read(args, name));

/** Keys by key id, or a JWK set. */
function keyset(value: JsonObject): JsonObject {
  const { keys } = value;
  if (!Array.isArray(keys)) return value;
  return Object.fromEntries(
    keys.flatMap((jwk: Json): (readonly [string, Json])[] =>
      isJsonObject(jwk) && typeof jwk['kid'] === 'string' ? [[jwk['kid'], jwk]] : [],
    ),
  );
}

function knownKey(keys: JsonObject, kid: string): ForeignKey | undefined {
  const key = named(keys, kid);
  return key === undefined ? undefined : foreignKey(key, 'keys');
}

function dsseKey(value: Json): DsseKey {
  if (!isJsonObject(value) || typeof value['kid'] !== 'string') return badArgument('keys');
  const { kid, ...key } = value;
  return { kid, ...foreignKey(key, 'keys') };
}
