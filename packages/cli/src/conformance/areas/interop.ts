import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { fromMultikey, hex, utf8 } from '@ttp/crypto';
import { type Areas, type Asked, asked, present } from './asked.js';

/** What other systems sign, and where others may be reached. */
export const INTEROP_AREAS: Areas = {
  'interop/agent-card': ({ card, keys, expect, code }) =>
    judged({ op: 'a2acard.verify', text: card, keys }, code, expect),
  'interop/credential': ({ credential, now, keys, expect, code }) =>
    judged({ op: 'credential.verify', text: credential, now, keys }, code, expect),
  'interop/jws': ({ jws, jwk, typ, kid, payload, expect, code }) =>
    judged(
      { op: 'jws.verify', text: jws, key: jwk, typ, kid, payload: textHex(payload) },
      code,
      isJsonObject(expect) ? { payload: textHex(expect['payload']) ?? null } : undefined,
    ),
  'interop/cose': ({ message, jwk, kid, externalAad, payload, expect, code }) =>
    judged({ op: 'cose.verify', message, key: jwk, kid, externalAad, payload }, code, expect),
  'interop/dsse': ({ envelope, keys, threshold, payloadTypes, expect, code }) =>
    judged({ op: 'dsse.verify', text: envelope, keys, threshold, payloadTypes }, code, expect),
  'fetch/urls': ({ url, dns, ports, expect, code }) =>
    asked(present({ op: 'fetch.guard', url, dns, ports }), code, expect),
  http: ({ request, response, now, keys, expect, code }) => {
    const known = Object.entries(isJsonObject(keys) ? keys : {}).map(
      ([keyid, key]) =>
        [
          keyid,
          { alg: 'ed25519', publicKey: typeof key === 'string' ? hex(fromMultikey(key)) : null },
        ] as const,
    );
    return judged(
      {
        op: 'httpsig.verify',
        tag: 'ttp-a2s',
        request: inHex(request),
        response: inHex(response),
        now,
        keys: Object.fromEntries(known),
      },
      code,
      expect,
    );
  },
};

/** A verdict: the members of the case where it is valid, and otherwise its code. */
function judged(
  members: Readonly<Record<string, Json | undefined>>,
  code: Json | undefined,
  expect: Json | undefined,
): Asked {
  const request = present(members);
  if (typeof code === 'string') return { request, result: { valid: false, code } };
  return { request, result: { valid: true, ...(isJsonObject(expect) ? expect : {}) }, isPart: true };
}

const textHex = (text: Json | undefined): string | undefined =>
  typeof text === 'string' ? hex(utf8(text)) : undefined;

/** A message whose body the vectors have as text. */
function inHex(message: Json | undefined): JsonObject | undefined {
  return isJsonObject(message) ? present({ ...message, body: textHex(message['body']) }) : undefined;
}
