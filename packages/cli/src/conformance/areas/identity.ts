import { isJsonObject, type Json } from '@ttp/core';
import { type Areas, asked, present, type Read } from './asked.js';

/** Identifiers, key logs, names, revocations, challenges and handshakes. */
export const IDENTITY_AREAS: Areas = {
  'did/parse': ({ did = null, expect, code }) => {
    const method = isJsonObject(expect) ? (expect['method'] ?? null) : null;
    return { ...asked({ op: 'did.parse', did }, code, { method, canonical: did }), isPart: true };
  },
  'did/inception': ({ body = null, expect = null, code }) =>
    asked({ op: 'did.inception', body }, code, { did: expect }),
  'did/key-log': ({ entries, parents, expect, code }) =>
    asked(present({ op: 'did.log', entries, others: parents }), code, expect),
  'did/recovery': ({ entries, others, guardians, settled, expect = null, code }) => ({
    ...asked(present({ op: 'did.log', entries, others, guardians, settled }), code, {
      authentication: expect,
    }),
    isPart: true,
  }),
  'did/challenge': ({ challenge, response, verifierKey, document, now, expect = null, code }) => {
    const request = present({ op: 'challenge.verify', challenge, response, verifierKey, document, now });
    return typeof code === 'string'
      ? { request, result: { valid: false, code } }
      : { request, result: { valid: true, identity: expect } };
  },
  'did/name-claim': ({ keyLogs, operators, claims, expect = null, code }) =>
    asked(present({ op: 'name.claim', keyLogs, operators, claims }), code, { did: expect }),
  'did/revocation': ({ keys, ancestors, authorities, statements, subject, at, expect, code }) =>
    asked(
      present({ op: 'revocation.status', keys, ancestors, authorities, statements, subject, at }),
      code,
      expect,
    ),
  handshake: async (one, read) => {
    const { of, at, message, expect, code } = one;
    const input = typeof of === 'string' ? await golden(of, read) : broughtAlong(one);
    return asked(present({ op: 'handshake.run', ...input, at, message }), code, expect);
  },
};

type Members = Readonly<Record<string, Json | undefined>>;

/** What the two sides bring along to a handshake. */
const broughtAlong = ({ binding, wall, initiator, responder, says }: Members): Members => ({
  binding,
  wall,
  initiator,
  responder,
  says,
});

/** The same, of the handshake with a name. */
async function golden(name: string, read: Read): Promise<Members> {
  const cases: Json = JSON.parse(await read('handshake/handshake.json'));
  if (!Array.isArray(cases)) return {};
  const found = cases.filter(isJsonObject).find((one) => one['name'] === name);
  return found === undefined ? {} : broughtAlong(found);
}
